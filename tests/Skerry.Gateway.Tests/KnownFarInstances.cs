using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

using Skerry.Catalog;

namespace Skerry.Gateway.Tests;

/// <summary>Instances of other groups at addresses that a test gives, by node.</summary>
internal sealed class KnownFarInstances : IFarInstances
{
    private readonly ConcurrentDictionary<string, IPEndPoint> _addresses = new(StringComparer.Ordinal);

    public event Action? Changed;

    /// <summary>How far nodes are.</summary>
    public ConcurrentDictionary<string, TimeSpan> RoundTrips { get; } = new(StringComparer.Ordinal);

    /// <summary>Nodes that were asked for.</summary>
    public ConcurrentDictionary<string, bool> Asked { get; } = new(StringComparer.Ordinal);

    /// <summary>From now on the instances of a node are reached there.</summary>
    public void Open(string node, string address)
    {
        _addresses[node] = IPEndPoint.Parse(address);
        Changed?.Invoke();
    }

    public IPEndPoint? Find(ServiceEntry instance)
    {
        Asked[instance.Node.Name] = true;
        return _addresses.GetValueOrDefault(instance.Node.Name);
    }

    public void Announce(IPEndPoint client, ActivityContext trace)
    {
        // No test here looks at traces.
    }

    public TimeSpan? RoundTripTo(string node) => RoundTrips.TryGetValue(node, out var took) ? took : null;
}
