namespace Skerry.Raft.Core;

/// <summary>What an entry of the log is; the numbers are on disk and on the wire.</summary>
internal enum EntryKind
{
    /// <summary>A new leader's first entry: it says nothing, and commits all before it.</summary>
    Empty = 0,

    /// <summary>For the state machine.</summary>
    Command = 1,

    /// <summary>Who the members are from here on.</summary>
    Configuration = 2,
}
