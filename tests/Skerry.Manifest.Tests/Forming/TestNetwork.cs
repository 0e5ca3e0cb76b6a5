using System.Collections.Concurrent;

namespace Skerry.Manifest.Tests.Forming;

/// <summary>Nodes of a test by name, over loopback.</summary>
internal sealed class TestNetwork
{
    public ConcurrentDictionary<string, int> Ports { get; } = new(StringComparer.Ordinal);
}
