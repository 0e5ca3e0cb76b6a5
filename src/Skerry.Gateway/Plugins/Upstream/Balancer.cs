using System.Collections.Immutable;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Chooses among the instances of one moment.</summary>
internal sealed class Balancer
{
    private readonly LoadBalancing _strategy;
    private readonly ImmutableArray<WeightedTarget> _targets;
    private readonly int _maxEjected;
    private readonly Lock _gate = new();
    private uint _next;

    /// <param name="options">How.</param>
    /// <param name="targets">Whom.</param>
    public Balancer(UpstreamOptions options, ImmutableArray<WeightedTarget> targets)
    {
        _strategy = options.LoadBalancing;
        _targets = targets;
        // One may always be left out, so that two instances of which one fails serve as one.
        _maxEjected = targets.Length < 2 ? 0 : Math.Max(1, (int)(targets.Length * options.MaxEjected));
        // Gateways that start together must not all begin with the same instance.
        _next = (uint)Random.Shared.Next();
    }

    public ImmutableArray<WeightedTarget> Targets => _targets;

    /// <summary>
    /// An instance that was not tried yet for this request; null when all were. Those left out for failing are passed over unless too many are, or nobody else is left:
    /// then what looks like failing instances is more likely trouble of another kind, and trying beats refusing.
    /// </summary>
    public WeightedTarget? Choose(ReadOnlySpan<WeightedTarget> tried)
    {
        var withEjected = CountEjected() > _maxEjected;
        return Pick(tried, withEjected) ?? (withEjected ? null : Pick(tried, withEjected: true));
    }

    private int CountEjected()
    {
        var count = 0;
        foreach (var target in _targets)
        {
            if (target.Target.IsEjected) count++;
        }

        return count;
    }

    private WeightedTarget? Pick(ReadOnlySpan<WeightedTarget> tried, bool withEjected) => _strategy switch
    {
        LoadBalancing.LeastRequests => PickLeast(tried, withEjected),
        LoadBalancing.WeightedRoundRobin => PickWeighted(tried, withEjected),
        _ => PickFrom(Interlocked.Increment(ref _next), tried, withEjected, except: null),
    };

    private WeightedTarget? PickLeast(ReadOnlySpan<WeightedTarget> tried, bool withEjected)
    {
        var first = PickFrom((uint)Random.Shared.Next(), tried, withEjected, except: null);
        var second = PickFrom((uint)Random.Shared.Next(), tried, withEjected, first);
        if (first is null || second is null) return first;
        // A weight of two carries twice the requests: compare what each carries for its share.
        var (one, other) = ((long)first.Target.InFlight * second.Weight, (long)second.Target.InFlight * first.Weight);
        return other < one ? second : first;
    }

    private WeightedTarget? PickFrom(uint start, ReadOnlySpan<WeightedTarget> tried, bool withEjected, WeightedTarget? except)
    {
        for (var i = 0U; i < _targets.Length; i++)
        {
            var candidate = _targets[(int)((start + i) % (uint)_targets.Length)];
            if (!ReferenceEquals(candidate, except) && IsOpen(candidate, tried, withEjected)) return candidate;
        }

        return null;
    }

    /// <summary>Each saves up its weight; the richest is chosen and pays what all have got: a weight of 5 beside 1 and 1 gives a a b a c a a, not five in a row.</summary>
    private WeightedTarget? PickWeighted(ReadOnlySpan<WeightedTarget> tried, bool withEjected)
    {
        lock (_gate)
        {
            WeightedTarget? best = null;
            long total = 0;
            foreach (var candidate in _targets)
            {
                if (!IsOpen(candidate, tried, withEjected)) continue;
                candidate.Credit += candidate.Weight;
                total += candidate.Weight;
                if (best is null || candidate.Credit > best.Credit) best = candidate;
            }

            if (best is not null) best.Credit -= total;
            return best;
        }
    }

    private static bool IsOpen(WeightedTarget candidate, ReadOnlySpan<WeightedTarget> tried, bool withEjected)
    {
        if (!withEjected && candidate.Target.IsEjected) return false;
        foreach (var earlier in tried)
        {
            if (ReferenceEquals(earlier, candidate)) return false;
        }

        return true;
    }
}
