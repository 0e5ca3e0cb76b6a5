using System.Collections.Immutable;
using System.Text;

namespace Skerry.Raft.Tests.Driver;

/// <summary>Keys and values: a command is <c>key=value</c>, the answer what stood there before. The order of the commands is in its sum.</summary>
public sealed class KeyMachine : IStateMachine
{
    private ImmutableDictionary<string, string> _keys = ImmutableDictionary<string, string>.Empty;
    private ulong _sum;

    public IReadOnlyDictionary<string, string> Keys => _keys;

    public ulong Sum => Volatile.Read(ref _sum);

    public ulong Last { get; private set; }

    public int Restores { get; private set; }

    public int Snapshots { get; private set; }

    public object? Apply(ulong index, ReadOnlySpan<byte> command)
    {
        Assert.True(index > Last, $"{index} came after {Last}");
        Last = index;
        var text = Encoding.UTF8.GetString(command);
        var split = text.IndexOf('=', StringComparison.Ordinal);
        var (key, value) = (text[..split], text[(split + 1)..]);
        var before = _keys.GetValueOrDefault(key);
        _keys = _keys.SetItem(key, value);
        foreach (var character in text) _sum = (_sum * 31) + character;
        return before;
    }

    public IRaftSnapshot Snapshot()
    {
        Snapshots++;
        return new State(_keys, _sum, Last);
    }

    public void Restore(ulong index, Stream source)
    {
        using var reader = new BinaryReader(source);
        _sum = reader.ReadUInt64();
        Last = reader.ReadUInt64();
        Assert.True(Last <= index);
        Last = index;
        var keys = ImmutableDictionary.CreateBuilder<string, string>();
        for (var left = reader.ReadInt32(); left > 0; left--) keys[reader.ReadString()] = reader.ReadString();
        _keys = keys.ToImmutable();
        Restores++;
    }

    private sealed class State(ImmutableDictionary<string, string> keys, ulong sum, ulong last) : IRaftSnapshot
    {
        public void WriteTo(Stream target)
        {
            using var writer = new BinaryWriter(target, Encoding.UTF8, leaveOpen: true);
            writer.Write(sum);
            writer.Write(last);
            writer.Write(keys.Count);
            foreach (var (key, value) in keys)
            {
                writer.Write(key);
                writer.Write(value);
            }
        }

        public void Dispose()
        {
        }
    }
}
