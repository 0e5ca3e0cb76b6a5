namespace Skerry.Simulation;

/// <summary>Bugs that can be planted in a <see cref="RaftHost"/>, to see that the rules find them.</summary>
[Flags]
internal enum RaftBugs
{
    /// <summary>As it should be.</summary>
    None = 0,

    /// <summary>Reads are answered from what is applied here, without asking anybody.</summary>
    StaleRead = 1,

    /// <summary>Writes are acknowledged when the leader has them, not when they are committed.</summary>
    LostWrite = 2,

    /// <summary>A command that was sent twice is applied twice.</summary>
    DoubleApply = 4,

    /// <summary>Term and vote are not written to the disk.</summary>
    ForgottenVote = 8,

    /// <summary>The disk says that it has flushed, and has not.</summary>
    LyingFlush = 16,

    /// <summary>A wiped disk keeps the id of the one it was.</summary>
    WipedIdentity = 32,

    /// <summary>Leases last ten times as long as the clocks allow.</summary>
    LongLease = 64,

    /// <summary>The manifest takes its time from the machine, and not from the log.</summary>
    LocalTime = 128,
}
