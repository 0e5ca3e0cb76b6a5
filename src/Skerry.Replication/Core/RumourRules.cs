namespace Skerry.Replication.Core;

/// <summary>How far a rumour is spread.</summary>
internal static class RumourRules
{
    /// <summary>Peers a rumour goes to in each round.</summary>
    public const int Fanout = 3;

    /// <summary>
    /// Rounds in which each node that heard a rumour passes it on. When all n nodes send to <see cref="Fanout"/> random peers r times, a node is missed
    /// with probability e^(-3r), so n·e^(-3r) nodes are: r = (ln n + 7) / 3 keeps that below one in a thousand rumours, 7 being the certainty. What is missed,
    /// the comparison finds.
    /// </summary>
    /// <param name="peers">Other nodes in the group.</param>
    /// <param name="certainty">Of <see cref="ReplicationPace.Certainty"/>.</param>
    public static int Rounds(int peers, double certainty) => (int)Math.Ceiling((Math.Log(peers + 1) + certainty) / Fanout);
}
