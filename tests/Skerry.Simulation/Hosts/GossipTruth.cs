using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>What is really the case with one node, for the checkers to hold the others' views against. No node sees it.</summary>
internal sealed class GossipTruth
{
    /// <summary>The highest incarnation the node has given itself, in all its lives.</summary>
    public uint HighestIncarnation { get; set; }

    /// <summary>Whether it has said goodbye in this life.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Whether its goodbye was said on a quiet network whose views were equal: then nobody may ever hold it failed.</summary>
    public bool LeftInQuiet { get; set; }

    /// <summary>When it went down, however it did.</summary>
    public Instant DownAt { get; set; }

    /// <summary>What others may hold it to be once views have converged.</summary>
    public AllowedStatus Allowed { get; set; } = AllowedStatus.Unknown;
}
