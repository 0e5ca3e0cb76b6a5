using System.Collections.Immutable;

using Skerry.Storage;

namespace Skerry.Simulation.Disk;

/// <summary>What a log holds, without any disk.</summary>
/// <param name="Before">The index before the first entry.</param>
/// <param name="Entries">The entries.</param>
/// <param name="State">The state.</param>
internal sealed record LogModel(ulong Before, ImmutableList<byte[]> Entries, byte[] State)
{
    public static readonly LogModel Empty = new(0, [], []);

    public ulong Last => Before + (ulong)Entries.Count;

    public LogModel Append(ulong index, byte[] entry)
    {
        var kept = (int)(index - Before - 1);
        return this with { Entries = Entries.RemoveRange(kept, Entries.Count - kept).Add(entry) };
    }

    public LogModel CompactTo(ulong index) =>
        index <= Before ? this : this with { Before = index, Entries = Entries.RemoveRange(0, (int)Math.Min(index - Before, (ulong)Entries.Count)) };

    public LogModel Reset(ulong index) => this with { Before = index, Entries = [] };

    /// <summary>What is different in a log; null when nothing is.</summary>
    public string? Difference(WriteAheadLog log)
    {
        if (log.FirstIndex != Before + 1 || log.LastIndex != Last) return $"entries {log.FirstIndex} to {log.LastIndex} instead of {Before + 1} to {Last}";
        if (!log.State.Span.SequenceEqual(State)) return "another state";
        for (var i = 0; i < Entries.Count; i++)
        {
            if (!log.Read(Before + 1 + (ulong)i).AsSpan().SequenceEqual(Entries[i])) return $"another entry {Before + 1 + (ulong)i}";
        }

        return null;
    }
}
