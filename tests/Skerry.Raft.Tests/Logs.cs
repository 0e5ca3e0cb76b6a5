using Skerry.Raft.Core;

namespace Skerry.Raft.Tests;

/// <summary>Logs written down as the terms of their entries.</summary>
internal static class Logs
{
    /// <summary>The group's founding entry first, in the place of the first term, then a command an entry.</summary>
    public static RaftEntry[] Of(TestGroup group, params ulong[] terms) =>
        [group.Founding, .. terms.Skip(1).Select((term, place) => RaftEntry.Command((ulong)place + 2, term, "x"u8.ToArray()))];
}
