namespace Skerry.Gossip.Tests.Wire;

/// <summary>Tests that keep every core busy: beside them, tests with sockets and timeouts would starve.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
