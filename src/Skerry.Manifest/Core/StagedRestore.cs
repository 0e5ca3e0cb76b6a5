using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Manifest.Core;

/// <summary>The parts of a restore that have come: part of the state, since a replica may begin from a snapshot in the middle of one. Immutable.</summary>
/// <param name="Id">Names the restore.</param>
/// <param name="Touched">When the last part came, in the log's time.</param>
/// <param name="Parts">What has come, in order.</param>
internal sealed record StagedRestore(ulong Id, long Touched, ImmutableList<ReadOnlyMemory<byte>> Parts)
{
    /// <summary>A restore of which nothing has come for so long, milliseconds, was given up by who made it.</summary>
    public const long Patience = 60_000;

    /// <summary>The most bytes of a part.</summary>
    public const int MaxPart = 1 << 20;

    /// <summary>Bytes of all parts.</summary>
    public long Length { get; init; }

    private uint Checksum { get; init; } = Crc32C.Seed;

    public ulong Hash => StateHash.Mix(StateHash.Mix(StateHash.Mix(Id, Touched), Length), Checksum);

    public static StagedRestore Begin(ulong id, long clock) => new(id, clock, []);

    public StagedRestore Add(ReadOnlyMemory<byte> part, long clock) =>
        this with { Touched = clock, Parts = Parts.Add(part), Length = Length + part.Length, Checksum = Crc32C.Add(Checksum, part.Span) };
}
