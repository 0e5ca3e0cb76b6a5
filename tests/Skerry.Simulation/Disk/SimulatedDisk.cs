using System.Diagnostics.CodeAnalysis;
using System.Globalization;

using Skerry.Primitives;
using Skerry.Storage;

namespace Skerry.Simulation.Disk;

/// <summary>
/// A disk that does what a disk may do. What is written stays apart until it is flushed; at a crash the seed decides for each sector of each file which of the versions written
/// since the last flush is there, and how many of the changes of names, deletions in any order. A failed flush decides so at once, and reading does not tell. Bits can be flipped,
/// and there can be no room.
/// </summary>
/// <param name="random">Decides.</param>
internal sealed class SimulatedDisk(Prng random) : IStorageDirectory
{
    private readonly Dictionary<string, SimulatedFile> _names = new(StringComparer.Ordinal);
    private readonly List<(Action<Dictionary<string, SimulatedFile>> Change, bool IsDeletion)> _unflushed = [];
    private Dictionary<string, SimulatedFile> _flushed = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "simulated";

    /// <inheritdoc/>
    public bool IsUnsafe => false;

    /// <summary>How many calls that change something are still let through before the machine dies in one; null: it does not.</summary>
    public int? CallsLeft { get; set; }

    /// <summary>Whether there is no room: nothing can be reserved, and writing fails after any part of it.</summary>
    public bool IsFull { get; set; }

    /// <summary>Whether the next flush of a file fails.</summary>
    public bool FailsNextFlush { get; set; }

    /// <summary>How often the machine has died: files of an earlier life are closed.</summary>
    public int Life { get; private set; }

    /// <summary>Calls that changed something.</summary>
    public long Calls { get; private set; }

    /// <summary>The machine dies and starts again.</summary>
    public void Crash()
    {
        var kept = random.Next(_unflushed.Count + 1);
        for (var i = 0; i < _unflushed.Count; i++)
        {
            // A file system's journal keeps its order; deletions may overtake it.
            if (i < kept || (_unflushed[i].IsDeletion && random.Chance(0.5))) _unflushed[i].Change(_flushed);
        }

        _unflushed.Clear();
        _names.Clear();
        foreach (var (name, file) in _flushed.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            file.Settle(random);
            _names[name] = file;
        }

        _flushed = new(_names, StringComparer.Ordinal);
        Life++;
        CallsLeft = null;
        IsFull = false;
        FailsNextFlush = false;
    }

    /// <summary>Changes one bit of one file, on disk.</summary>
    /// <returns>Where, for the report.</returns>
    public string FlipBit()
    {
        var files = _names.OrderBy(entry => entry.Key, StringComparer.Ordinal).Where(entry => entry.Value.Length > 0).ToList();
        var (name, file) = files[random.Next(files.Count)];
        var bit = file.Flip(random);
        return string.Create(CultureInfo.InvariantCulture, $"{name} offset {bit / 8} bit {bit % 8}");
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => [.. _names.Keys.Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public IStorageFile Open(string name) =>
        _names.TryGetValue(name, out var file) ? new SimulatedHandle(this, name, file) : throw new StorageException($"{name} is not there.");

    /// <inheritdoc/>
    public IStorageFile Create(string name, long length)
    {
        Change();
        if (IsFull && length > 0) throw new StorageException($"{name} cannot be created: no space left.") { IsFull = true };
        var file = new SimulatedFile();
        _names[name] = file;
        _unflushed.Add((names => names[name] = file, false));
        if (length > 0) file.Extend(length);
        return new SimulatedHandle(this, name, file);
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        Change();
        if (!_names.Remove(from, out var file)) throw new StorageException($"{from} is not there.");
        _names[to] = file;
        _unflushed.Add((
            names =>
            {
                names.Remove(from);
                names[to] = file;
            },
            false));
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        Change();
        _names.Remove(name);
        _unflushed.Add((names => names.Remove(name), true));
    }

    /// <inheritdoc/>
    public void Flush()
    {
        Change();
        foreach (var (change, _) in _unflushed) change(_flushed);
        _unflushed.Clear();
    }

    internal void Write(string name, SimulatedFile file, int life, long offset, ReadOnlySpan<byte> source)
    {
        CheckAlive(life);
        if (CallsLeft == 0) WritePart(file, offset, source);
        Change();
        if (IsFull)
        {
            WritePart(file, offset, source);
            throw new StorageException($"{name} cannot be written: no space left.") { IsFull = true };
        }

        file.Write(offset, source);
    }

    internal void FlushFile(string name, SimulatedFile file, int life)
    {
        CheckAlive(life);
        Change();
        if (FailsNextFlush)
        {
            FailsNextFlush = false;
            file.LoseFlush(random);
            throw new StorageException($"{name} cannot be flushed: input/output error.");
        }

        file.Flush();
    }

    internal void CheckAlive(int life)
    {
        if (life != Life) throw new InvalidOperationException("A process of an earlier life still writes.");
    }

    /// <summary>As many whole sectors as the seed says.</summary>
    private void WritePart(SimulatedFile file, long offset, ReadOnlySpan<byte> source)
    {
        var end = (offset + random.Next(source.Length + 1)) / SimulatedFile.Sector * SimulatedFile.Sector;
        if (end > offset) file.Write(offset, source[..(int)(end - offset)]);
    }

    private void Change()
    {
        Calls++;
        if (CallsLeft == 0) Die();
        CallsLeft--;
    }

    [DoesNotReturn]
    private static void Die() => throw new SimulatedCrash();
}
