using System.Numerics;
using System.Runtime.InteropServices;

namespace Skerry.Simulation;

/// <summary>
/// Sums up all that happened in a run: each event with its time, node and bytes, in order. Two runs of one seed must give the same
/// value; if not, something took a value from outside the seed.
/// </summary>
internal struct RunHash
{
    private ulong _state;

    /// <summary>The hash so far.</summary>
    public readonly ulong Value => _state;

    /// <summary>Takes in a number.</summary>
    public void Add(ulong value) => _state = BitOperations.RotateLeft((_state ^ value) * 0x9E3779B97F4A7C15, 29);

    /// <summary>Takes in a number.</summary>
    public void Add(long value) => Add((ulong)value);

    /// <summary>Takes in text, character by character (its own hash code differs in each process).</summary>
    public void Add(string text) => Add(MemoryMarshal.AsBytes(text.AsSpan()));

    /// <summary>Takes in bytes and their number.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add((ulong)bytes.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) Add(word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..]) Add((ulong)rest);
    }
}
