using System.Collections.Immutable;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Chooses among the instances of one moment.</summary>
/// <param name="strategy">How.</param>
/// <param name="targets">Whom.</param>
internal sealed class Balancer(LoadBalancing strategy, ImmutableArray<WeightedTarget> targets)
{
    private readonly Lock _gate = new();
    private uint _next = (uint)Random.Shared.Next();

    public ImmutableArray<WeightedTarget> Targets => targets;

    /// <summary>An instance that was not tried yet; those left out for failing only when there is no other. Null when all were tried.</summary>
    public WeightedTarget? Choose(ReadOnlySpan<WeightedTarget> tried)
    {
        return Pick(tried, withEjected: false) ?? Pick(tried, withEjected: true);
    }

    private WeightedTarget? Pick(ReadOnlySpan<WeightedTarget> tried, bool withEjected) => strategy switch
    {
        LoadBalancing.LeastRequests => PickLeast(tried, withEjected),
        LoadBalancing.WeightedRoundRobin => PickWeighted(tried, withEjected),
        _ => PickNext(tried, withEjected),
    };

    private WeightedTarget? PickNext(ReadOnlySpan<WeightedTarget> tried, bool withEjected)
    {
        var start = Interlocked.Increment(ref _next);
        for (var i = 0; i < targets.Length; i++)
        {
            var candidate = targets[(int)((start + (uint)i) % (uint)targets.Length)];
            if (IsOpen(candidate, tried, withEjected)) return candidate;
        }

        return null;
    }

    private WeightedTarget? PickLeast(ReadOnlySpan<WeightedTarget> tried, bool withEjected)
    {
        var first = PickRandom(tried, withEjected);
        var second = PickRandom(tried, withEjected);
        if (first is null || second is null) return first ?? second;
        return second.Target.InFlight < first.Target.InFlight ? second : first;
    }

    private WeightedTarget? PickRandom(ReadOnlySpan<WeightedTarget> tried, bool withEjected)
    {
        if (targets.IsEmpty) return null;
        var start = Random.Shared.Next(targets.Length);
        for (var i = 0; i < targets.Length; i++)
        {
            var candidate = targets[(start + i) % targets.Length];
            if (IsOpen(candidate, tried, withEjected)) return candidate;
        }

        return null;
    }

    private WeightedTarget? PickWeighted(ReadOnlySpan<WeightedTarget> tried, bool withEjected)
    {
        lock (_gate)
        {
            WeightedTarget? best = null;
            long total = 0;
            foreach (var candidate in targets)
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
