namespace Skerry.Tunnel;

/// <summary>What a session is for. The node that answers decides what it means; nothing in it is an address to dial.</summary>
/// <param name="Service">A service's name.</param>
/// <param name="Instance">The id of its instance on the node.</param>
/// <param name="Network">As <c>tcp</c> or <c>udp</c>.</param>
public sealed record SessionTarget(string Service, string Instance, string Network)
{
    /// <summary>The longest of its texts, bytes.</summary>
    public const int MaxText = 512;

    /// <inheritdoc/>
    public override string ToString() => $"{Service} ({Instance}, {Network})";
}
