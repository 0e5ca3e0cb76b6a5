using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>An instance with its node and every check that decides about it: its own and its node's.</summary>
/// <param name="Node">The node it runs on.</param>
/// <param name="Service">The instance.</param>
/// <param name="Checks">Its checks and its node's, <c>serfHealth</c> among them.</param>
/// <param name="Status">The worst of the checks.</param>
public sealed record ServiceEntry(CatalogNode Node, ServiceInstance Service, ImmutableArray<CheckState> Checks, CheckStatus Status)
{
    /// <summary>Where to connect: the instance's address, or its node's.</summary>
    public string EffectiveAddress => Service.Address.Length > 0 ? Service.Address : Node.Address;
}
