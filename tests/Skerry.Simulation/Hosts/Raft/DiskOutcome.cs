namespace Skerry.Simulation;

/// <summary>How a call to a <see cref="RaftDisk"/> ended.</summary>
internal enum DiskOutcome
{
    /// <summary>It is done, durably.</summary>
    Done,

    /// <summary>There was no room: some of it may be done, the rest waits.</summary>
    Full,

    /// <summary>The disk failed, or the machine died in the middle of it: the process is over.</summary>
    Dead,
}
