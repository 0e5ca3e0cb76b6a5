namespace Skerry.Raft.Core;

/// <summary>One entry of the log. Immutable: it is shared by the log, messages and outputs.</summary>
internal sealed class RaftEntry
{
    /// <summary>What an entry costs beside its payload in messages, on disk and in memory, bytes; for limits.</summary>
    public const int Overhead = 32;

    private RaftEntry(ulong index, ulong term, EntryKind kind, ReadOnlyMemory<byte> data, RaftConfiguration? configuration)
    {
        (Index, Term, Kind, Data, Configuration) = (index, term, kind, data, configuration);
        Size = Overhead + data.Length + ((configuration?.Members.Length ?? 0) * Overhead);
    }

    /// <summary>Its place, from 1.</summary>
    public ulong Index { get; }

    /// <summary>The term of the leader that made it.</summary>
    public ulong Term { get; }

    /// <summary>What it is.</summary>
    public EntryKind Kind { get; }

    /// <summary>The command; empty for other kinds.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The members from here on; null for other kinds.</summary>
    public RaftConfiguration? Configuration { get; }

    /// <summary>What it counts for in limits, bytes.</summary>
    public int Size { get; }

    public static RaftEntry Empty(ulong index, ulong term) => new(index, term, EntryKind.Empty, default, null);

    public static RaftEntry Command(ulong index, ulong term, ReadOnlyMemory<byte> data) => new(index, term, EntryKind.Command, data, null);

    public static RaftEntry Change(ulong index, ulong term, RaftConfiguration configuration) => new(index, term, EntryKind.Configuration, default, configuration);

    /// <summary>
    /// The first entry of a new group: every founding member writes this very entry (and term 1, no vote) to its empty log before it starts.
    /// </summary>
    public static RaftEntry Founding(IEnumerable<RaftMember> voters) => Change(1, 1, new RaftConfiguration(voters));

    public override string ToString() => $"{Index}@{Term} {Kind}{(Configuration is null ? "" : $" {Configuration}")}";
}
