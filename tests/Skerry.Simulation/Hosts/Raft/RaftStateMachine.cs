using System.Buffers.Binary;

using Skerry.Raft.Core;

namespace Skerry.Simulation;

/// <summary>What the simulated groups agree on: a few objects, and the last command of each client with its result, so that one sent again is done once.</summary>
/// <param name="hasManifest">Whether the product's own state machine goes along.</param>
/// <param name="skew">How far that one's time is off.</param>
internal sealed class RaftStateMachine(bool hasManifest = false, int skew = 0)
{
    private readonly ManifestShadow? _manifest = hasManifest ? new ManifestShadow(skew) : null;
    private readonly SortedDictionary<int, long> _objects = [];
    private readonly SortedDictionary<int, (int Number, long Result)> _sessions = [];

    /// <summary>The last entry that was applied.</summary>
    public ulong Applied { get; private set; }

    /// <summary>Sums up the state.</summary>
    public ulong Hash
    {
        get
        {
            var hash = default(RunHash);
            hash.Add(SerializeObjects());
            return _manifest is null ? hash.Value : hash.Value ^ _manifest.Hash;
        }
    }

    /// <summary>Applies the next entry.</summary>
    /// <returns>The result of a command; null for one that came after a later one of its client, and for what is no command.</returns>
    public long? Apply(RaftEntry entry, bool isTwice)
    {
        Applied = entry.Index;
        if (entry.Kind != EntryKind.Command) return null;
        var command = RaftCommand.Decode(entry.Data.Span);
        _manifest?.Apply(entry.Index, command);
        if (!isTwice && _sessions.TryGetValue(command.Client, out var session) && session.Number >= command.Number)
            return session.Number == command.Number ? session.Result : null;
        var result = Do(command.Operation);
        _sessions[command.Client] = (command.Number, result);
        return result;
    }

    /// <summary>Answers an operation that changes nothing.</summary>
    public long Read(Operation operation)
    {
        LinearizabilityChecker.ModelOf(operation.Kind).Step(_objects.GetValueOrDefault(operation.Key), operation, out var result);
        return result;
    }

    public byte[] Serialize() => _manifest is null ? SerializeObjects() : [.. SerializeObjects(), .. _manifest.Serialize()];

    public void Restore(ReadOnlySpan<byte> bytes)
    {
        _objects.Clear();
        _sessions.Clear();
        Applied = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var (objects, sessions) = (BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]));
        bytes = bytes[16..];
        for (; objects > 0; objects--, bytes = bytes[12..]) _objects[BinaryPrimitives.ReadInt32LittleEndian(bytes)] = BinaryPrimitives.ReadInt64LittleEndian(bytes[4..]);
        for (; sessions > 0; sessions--, bytes = bytes[16..])
        {
            _sessions[BinaryPrimitives.ReadInt32LittleEndian(bytes)] =
                (BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]));
        }

        _manifest?.Restore(bytes);
    }

    private byte[] SerializeObjects()
    {
        var bytes = new byte[16 + (_objects.Count * 12) + (_sessions.Count * 16)];
        var rest = bytes.AsSpan();
        BinaryPrimitives.WriteUInt64LittleEndian(rest, Applied);
        BinaryPrimitives.WriteInt32LittleEndian(rest[8..], _objects.Count);
        BinaryPrimitives.WriteInt32LittleEndian(rest[12..], _sessions.Count);
        rest = rest[16..];
        foreach (var (key, state) in _objects)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, key);
            BinaryPrimitives.WriteInt64LittleEndian(rest[4..], state);
            rest = rest[12..];
        }

        foreach (var (client, session) in _sessions)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, client);
            BinaryPrimitives.WriteInt32LittleEndian(rest[4..], session.Number);
            BinaryPrimitives.WriteInt64LittleEndian(rest[8..], session.Result);
            rest = rest[16..];
        }

        return bytes;
    }

    private long Do(Operation operation)
    {
        _objects[operation.Key] = LinearizabilityChecker.ModelOf(operation.Kind).Step(_objects.GetValueOrDefault(operation.Key), operation, out var result);
        return result;
    }
}
