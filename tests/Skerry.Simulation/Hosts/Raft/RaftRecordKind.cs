namespace Skerry.Simulation;

/// <summary>What is written to a <see cref="RaftDisk"/>.</summary>
internal enum RaftRecordKind
{
    /// <summary>The log is empty and goes on after an index.</summary>
    Reset,

    /// <summary>An entry in the place of everything from its index on.</summary>
    Entry,

    /// <summary>Term and vote.</summary>
    State,

    /// <summary>Entries up to an index go.</summary>
    Compact,
}
