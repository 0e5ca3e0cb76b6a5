namespace Skerry.Raft.Core;

/// <summary>How a leader makes sure that it still leads before a read is answered; the numbers are on the wire.</summary>
internal enum ReadMode
{
    /// <summary>By a round of heartbeats to a quorum, shared by all reads that wait: needs no clock.</summary>
    Quorum = 0,

    /// <summary>By its lease where it stands (right as long as clocks keep <see cref="RaftCoreOptions.MaxClockDrift"/>), else as <see cref="Quorum"/>.</summary>
    Lease = 1,
}
