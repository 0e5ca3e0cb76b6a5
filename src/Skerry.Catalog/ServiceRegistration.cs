using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>A service with its checks, as it is registered.</summary>
/// <param name="Service">The instance; its node is set.</param>
/// <param name="Checks">Its checks; their service is set.</param>
public sealed record ServiceRegistration(ServiceInstance Service, ImmutableArray<CheckDefinition> Checks);
