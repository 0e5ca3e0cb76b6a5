namespace Skerry.Proxy;

/// <summary>The node a proxy runs on.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Group">Its group.</param>
public sealed record ProxyIdentity(string Node, string Group)
{
    /// <summary>Directory that virtual addresses are kept in; null: they come from the names alone.</summary>
    public string? DataDirectory { get; init; }
}
