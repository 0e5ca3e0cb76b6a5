using Skerry.Primitives;

namespace Skerry.Simulation.Disk;

/// <summary>The bytes of a file as a process sees them, and as the platter has them.</summary>
internal sealed class SimulatedFile
{
    /// <summary>What is kept or lost in one piece.</summary>
    public const int Sector = 512;

    private readonly SortedDictionary<int, List<byte[]>> _versions = [];
    private byte[] _seen = [];
    private byte[] _stored = [];

    public long Length => _seen.Length;

    public int Read(long offset, Span<byte> destination)
    {
        var count = (int)Math.Clamp(_seen.Length - offset, 0, destination.Length);
        _seen.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return;
        Extend(offset + source.Length);
        source.CopyTo(_seen.AsSpan((int)offset));
        for (var sector = (int)(offset / Sector); sector <= (offset + source.Length - 1) / Sector; sector++)
        {
            if (!_versions.TryGetValue(sector, out var versions)) _versions[sector] = versions = [];
            versions.Add(Slice(_seen, sector).ToArray());
        }
    }

    public void Extend(long length)
    {
        if (length > _seen.Length) Array.Resize(ref _seen, (int)length);
    }

    public void Flush()
    {
        if (_stored.Length < _seen.Length) Array.Resize(ref _stored, _seen.Length);
        foreach (var sector in _versions.Keys) Slice(_seen, sector).CopyTo(_stored.AsSpan(sector * Sector));
        _versions.Clear();
    }

    /// <summary>A flush that fails: what was under way is there or not, the system holds it for clean, and reading goes on showing what was written.</summary>
    public void LoseFlush(Prng random)
    {
        var seen = _seen;
        Settle(random);
        _seen = seen;
    }

    /// <summary>The end of the machine: each sector that was not flushed is as it was, or as any write since made it; the length is the old one or the new.</summary>
    public void Settle(Prng random)
    {
        var length = random.Chance(0.5) ? _stored.Length : _seen.Length;
        foreach (var (sector, versions) in _versions)
        {
            var choice = random.Next(versions.Count + 1);
            if (choice == 0) continue;
            var version = versions[choice - 1];
            length = Math.Max(length, (sector * Sector) + version.Length);
            if (_stored.Length < length) Array.Resize(ref _stored, length);
            version.CopyTo(_stored.AsSpan(sector * Sector));
        }

        if (_stored.Length < length) Array.Resize(ref _stored, length);
        _versions.Clear();
        _seen = (byte[])_stored.Clone();
    }

    public long Flip(Prng random)
    {
        var bit = (long)(random.NextDouble() * _seen.Length * 8);
        _seen[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        _stored = (byte[])_seen.Clone();
        return bit;
    }

    private static ReadOnlySpan<byte> Slice(byte[] bytes, int sector) => bytes.AsSpan(sector * Sector, Math.Min(Sector, bytes.Length - (sector * Sector)));
}
