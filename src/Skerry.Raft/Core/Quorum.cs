using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>The mathematics of majorities.</summary>
internal static class Quorum
{
    /// <summary>How many of so many are a majority.</summary>
    public static int Size(int voters) => (voters / 2) + 1;

    /// <summary>Whether the voters that agree are a majority; of nobody, nobody is.</summary>
    public static bool IsMajority(ImmutableArray<ulong> voters, Func<ulong, bool> agrees)
    {
        var count = 0;
        foreach (var voter in voters)
        {
            if (agrees(voter)) count++;
        }

        return count >= Size(voters.Length);
    }

    /// <summary>The greatest value that a majority has reached; 0 when nobody votes.</summary>
    /// <param name="values">What each voter has reached; put in order by this.</param>
    public static ulong Reached(Span<ulong> values)
    {
        if (values.IsEmpty) return 0;
        values.Sort();
        var reached = values[values.Length - Size(values.Length)];
        Invariant.That(reached <= values[^1]);
        return reached;
    }
}
