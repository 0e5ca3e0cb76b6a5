namespace Skerry.Raft.Core;

/// <summary>
/// The log on disk, as the core reads it: all of it once at the start, later only entries that a peer is far behind for, or that are applied long
/// after they came. The core asks for nothing that was not persisted, truncated or compacted away.
/// </summary>
internal interface ILogView
{
    /// <summary>The oldest entry there is; one above <see cref="LastIndex"/> when there is none.</summary>
    ulong FirstIndex { get; }

    /// <summary>The newest entry there is; 0 when there never was one.</summary>
    ulong LastIndex { get; }

    /// <summary>The entry at an index between the two.</summary>
    RaftEntry Read(ulong index);
}
