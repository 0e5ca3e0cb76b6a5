namespace Skerry.Api;

/// <summary>How access control runs, where it is on.</summary>
public sealed record AclOptions
{
    /// <summary>The file that allows another bootstrap, whose index must stand in it; it is deleted by that. Null: this node has no place for one.</summary>
    public string? BootstrapResetFile { get; init; }
}
