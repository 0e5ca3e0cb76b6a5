namespace Skerry.Tunnel.Core.Relays;

/// <summary>
/// Which relays to hold a place at: the cheapest ones, in different failure domains as far as there are. One that is held already stays until another is
/// clearly better, so that noise in the measurements moves nothing.
/// </summary>
internal static class RelayChooser
{
    /// <summary>What one that is held costs less.</summary>
    private const double HeldShare = 0.7;
    private const double HeldBonus = 5;

    /// <summary>What one costs more that nobody named, milliseconds.</summary>
    private const double StrangerCost = 20;

    /// <summary>A lost probe costs as many round trips.</summary>
    private const double LossWeight = 10;

    /// <summary>What a relay without room costs more than an empty one, milliseconds; a half full one a quarter of that.</summary>
    private const double LoadCost = 100;

    /// <summary>What using a relay is likely to cost: milliseconds, more or less.</summary>
    public static double CostOf(in RelayCandidate relay) =>
        (Math.Max(relay.RoundTrip.TotalMilliseconds, 0.1) * (1 + (LossWeight * relay.Loss))) + (relay.IsPreferred ? 0 : StrangerCost)
        + (LoadCost * relay.Aversion * relay.Load * relay.Load);

    /// <summary>
    /// How much a node minds the load of a relay, 0.5 to 1.5: the same each time, and another for each node. When a relay fills, those who mind it most leave first, and
    /// the others need not; all at once they would fill the next one.
    /// </summary>
    public static double AversionOf(string node, string relay)
    {
        var hash = 2166136261u; // FNV-1a, the same in every process
        foreach (var letter in node) hash = (hash ^ letter) * 16777619;
        hash = (hash ^ ' ') * 16777619;
        foreach (var letter in relay) hash = (hash ^ letter) * 16777619;
        return 0.5 + ((hash ^ (hash >> 16)) % 1001 / 1000.0);
    }

    /// <summary>What another relay has to stay below for traffic to move to it, if the one in use costs so much: noise in the measurements moves nothing.</summary>
    public static double ClearlyBelow(double cost) => Math.Max(0, (cost * HeldShare) - HeldBonus);

    /// <param name="candidates">Those that answer.</param>
    /// <param name="held">Those a place is held at.</param>
    /// <param name="count">How many to hold.</param>
    /// <returns>The cheapest first.</returns>
    public static IReadOnlyList<string> Choose(IReadOnlyCollection<RelayCandidate> candidates, IReadOnlySet<string> held, int count)
    {
        var left = candidates
            .Select(relay => (Relay: relay, Cost: held.Contains(relay.Node) ? ClearlyBelow(CostOf(relay)) : CostOf(relay)))
            .OrderBy(entry => entry.Cost).ThenBy(entry => entry.Relay.Node, StringComparer.Ordinal)
            .Select(entry => entry.Relay).ToList();
        var chosen = new List<RelayCandidate>();
        while (chosen.Count < count && left.Count > 0)
        {
            var apart = left.FindIndex(relay => chosen.TrueForAll(other => other.Zone != relay.Zone));
            var next = Math.Max(apart, 0);
            chosen.Add(left[next]);
            left.RemoveAt(next);
        }

        return [.. chosen.Select(relay => relay.Node)];
    }
}
