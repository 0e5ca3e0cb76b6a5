using Skerry.Libp2p;

namespace Skerry.Tunnel.Core.Dial;

/// <summary>In which order, and how soon after each other, the addresses of a node are tried.</summary>
internal static class DialPlan
{
    /// <summary>Direct addresses are alone for so long: a relay is only for where nothing else works.</summary>
    public static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(150);

    /// <summary>Between two addresses of one kind.</summary>
    public static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(100);

    /// <summary>Addresses tried at most.</summary>
    public const int MaxSteps = 16;

    /// <param name="addresses">What the node says of itself.</param>
    /// <param name="costOf">What a relay's way is likely to cost, the lower the sooner; by the address of the circuit.</param>
    public static IReadOnlyList<DialStep> Of(IEnumerable<Multiaddr> addresses, Func<Multiaddr, double> costOf)
    {
        var known = addresses.Distinct().ToList();
        var direct = known.Where(address => !address.IsCircuit).Take(MaxSteps / 2).ToList();
        var circuits = known.Where(address => address.IsCircuit).OrderBy(costOf).Take(MaxSteps - direct.Count);
        var head = direct.Count > 0 ? HeadStart : TimeSpan.Zero;
        return [.. direct.Select((address, i) => new DialStep(address, i * Stagger)), .. circuits.Select((address, i) => new DialStep(address, head + (i * Stagger)))];
    }
}
