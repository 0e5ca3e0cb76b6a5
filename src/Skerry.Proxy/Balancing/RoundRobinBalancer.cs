using System.Net;

using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Balancing;

/// <summary>
/// Each in turn, as often as its weight says: each saves up its weight at every choice, the richest is chosen and pays what all have got.
/// What an instance has saved is kept while it is there.
/// </summary>
internal sealed class RoundRobinBalancer : IBalancer
{
    private readonly Lock _gate = new();
    private Dictionary<InstanceKey, long> _credits = [];

    public Candidate Choose(IReadOnlyList<Candidate> instances, InstanceLoads loads, IPAddress? client)
    {
        lock (_gate)
        {
            if (_credits.Count > 2 * instances.Count + 16) DropOthersThan(instances);
            var best = instances[0];
            long total = 0, most = long.MinValue;
            foreach (var instance in instances)
            {
                var credit = _credits[instance.Key] = _credits.GetValueOrDefault(instance.Key) + instance.Weight;
                total += instance.Weight;
                if (credit <= most) continue;
                (best, most) = (instance, credit);
            }

            _credits[best.Key] -= total;
            return best;
        }
    }

    private void DropOthersThan(IReadOnlyList<Candidate> instances)
    {
        var kept = new Dictionary<InstanceKey, long>();
        foreach (var instance in instances) kept[instance.Key] = _credits.GetValueOrDefault(instance.Key);
        _credits = kept;
    }
}
