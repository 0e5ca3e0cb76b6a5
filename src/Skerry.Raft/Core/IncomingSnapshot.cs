namespace Skerry.Raft.Core;

/// <summary>A snapshot that comes in parts from a leader.</summary>
/// <param name="from">The leader.</param>
/// <param name="meta">The snapshot.</param>
internal sealed class IncomingSnapshot(ulong from, SnapshotMeta meta)
{
    public ulong From { get; } = from;

    public SnapshotMeta Meta { get; } = meta;

    /// <summary>Bytes that are written.</summary>
    public long Received { get; set; }

    /// <summary>Whether a part is being written.</summary>
    public bool IsWriting { get; set; }

    /// <summary>Whether that part is the last.</summary>
    public bool IsLast { get; set; }

    /// <summary>That part's number.</summary>
    public ulong Ticket { get; set; }

    /// <summary>Where that part begins.</summary>
    public long Offset { get; set; }
}
