using System.Net;

using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Balancing;

/// <summary>
/// The nearest. An instance on this node comes before all others. Estimates of round trips inside a site differ by less than they are wrong, so those within
/// <see cref="AsNear"/> of the nearest count as equal, and the one with the fewest connections gets the next. Instances at an unknown distance come last.
/// </summary>
internal sealed class NearestBalancer : IBalancer
{
    private static readonly TimeSpan AsNear = TimeSpan.FromMilliseconds(2);

    private readonly LeastConnectionsBalancer _amongEquals = new();

    public Candidate Choose(IReadOnlyList<Candidate> instances, InstanceLoads loads, IPAddress? client)
    {
        var nearest = instances.Min(instance => instance.RoundTrip ?? TimeSpan.MaxValue);
        var limit = nearest == TimeSpan.Zero ? TimeSpan.Zero : nearest < TimeSpan.MaxValue - AsNear ? nearest + AsNear : TimeSpan.MaxValue;
        return _amongEquals.Choose([.. instances.Where(instance => (instance.RoundTrip ?? TimeSpan.MaxValue) <= limit)], loads, client);
    }
}
