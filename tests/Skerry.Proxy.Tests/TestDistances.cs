using System.Collections.Concurrent;

namespace Skerry.Proxy.Tests;

/// <summary>Distances as a test sets them.</summary>
internal sealed class TestDistances : INodeDistances
{
    private readonly ConcurrentDictionary<string, TimeSpan> _roundTrips = new(StringComparer.Ordinal);

    public void Set(string node, int milliseconds) => _roundTrips[node] = TimeSpan.FromMilliseconds(milliseconds);

    public TimeSpan? RoundTripTo(string node) => _roundTrips.TryGetValue(node, out var roundTrip) ? roundTrip : null;
}
