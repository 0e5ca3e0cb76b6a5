namespace Skerry.Catalog;

/// <summary>A service registered with this node, and whether it is in maintenance.</summary>
/// <param name="Service">The instance.</param>
/// <param name="Status">The worst of its own and the node's checks.</param>
public sealed record LocalService(ServiceInstance Service, CheckStatus Status);
