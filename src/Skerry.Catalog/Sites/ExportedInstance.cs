namespace Skerry.Catalog.Sites;

/// <summary>An exported instance, with what its own group's checks say of it.</summary>
internal sealed record ExportedInstance
{
    /// <summary>The instance.</summary>
    public required ServiceInstance Service { get; init; }

    /// <summary>The worst of its checks, membership's word left aside: that comes with the node.</summary>
    public required CheckStatus Status { get; init; }
}
