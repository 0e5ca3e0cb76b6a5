namespace Skerry.Raft;

/// <summary>How a leader makes sure that it still leads before a read is answered.</summary>
public enum RaftReadMode
{
    /// <summary>It asks a quorum: right whatever the clocks do.</summary>
    Quorum,

    /// <summary>It rests on its lease where that stands: right as long as clocks run equally fast within 1 %.</summary>
    Lease,
}
