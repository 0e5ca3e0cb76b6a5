using Skerry.Manifest.Core;
using Skerry.Primitives;

namespace Skerry.Manifest.Wire;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote, into an empty machine. A damaged snapshot is refused; how far the machine was filled then means nothing.</summary>
internal sealed class SnapshotReader(Stream source)
{
    /// <summary>No key or value came in larger; a length above is damage, and nothing is allocated by it.</summary>
    private const int MaxBytes = 4 * ManifestLimits.MaxRequestBytes;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _at, _end, _summed;
    private uint _checksum;

    /// <exception cref="InvalidDataException">It is damaged, or of another format.</exception>
    public static ManifestMachine Read(Stream source) => new SnapshotReader(source).Read();

    /// <summary>Reads the parts of a restore.</summary>
    /// <returns>Null: it is damaged, or of another format.</returns>
    public static ManifestMachine? TryRead(StagedRestore staged)
    {
        try
        {
            using var parts = new PartsStream(staged.Parts);
            return Read(parts);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private ManifestMachine Read()
    {
        Span<byte> magic = stackalloc byte[4];
        Fill(magic);
        if (!magic.SequenceEqual(SnapshotWriter.Magic)) throw Damaged("it does not begin like one");
        var format = Byte();
        if (format is not (SnapshotWriter.Format or SnapshotWriter.FormatWithRestore))
            throw new InvalidDataException($"The snapshot is of format {format}; this version reads formats up to {SnapshotWriter.FormatWithRestore}.");
        var machine = new ManifestMachine();
        var (revision, compacted) = (Signed(), Signed());
        machine.Clock = Signed();
        var (history, hash) = (Fixed(), Fixed());
        for (var count = Number(); count > 0; count--) machine.Alarms.Add(new ManifestAlarm(Number(), (AlarmKind)Number()));
        for (var count = Number(); count > 0; count--)
        {
            var (id, seconds, deadline) = (Signed(), Signed(), Signed());
            if (machine.Leases.Find(id) is not null) throw Damaged("a lease is in it twice");
            machine.Leases.Add(id, seconds, deadline);
        }

        Sessions(machine);
        for (var count = Number(); count > 0; count--) Client(machine);
        if (format == SnapshotWriter.FormatWithRestore) Restore(machine);
        Keys(machine, revision);
        machine.Keys.Loaded(revision, compacted, history);
        Sum();
        var expected = _checksum;
        Span<byte> checksum = stackalloc byte[4];
        Fill(checksum);
        if (System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(checksum) != expected) throw Damaged("its checksum is wrong");
        while (source.Read(_buffer) > 0)
        {
            // Whoever gives it may want it read to its end.
        }

        if (machine.Hash != hash) throw Damaged("its state has another hash than it says");
        return machine;
    }

    private void Sessions(ManifestMachine machine)
    {
        machine.Sessions.Index = Signed();
        for (var count = Number(); count > 0; count--)
        {
            var session = new ManifestSession
            {
                Id = Text(),
                Name = Text(),
                Node = Text(),
                LockDelay = Signed(),
                Ttl = Signed(),
                Behavior = (SessionBehavior)(int)Number(),
                Checks = Texts(),
                ServiceChecks = Texts(),
                CreateRevision = Signed(),
                Index = Signed(),
            };
            if (!session.IsValid || machine.Sessions.Find(session.Id) is not null) throw Damaged("a session in it cannot be");
            machine.Sessions.Add(session, Signed());
        }

        for (var count = Number(); count > 0; count--)
        {
            var end = Signed();
            machine.Sessions.Delay(Bytes(), end);
        }
    }

    private List<string> Texts()
    {
        var texts = new List<string>();
        for (var count = Number(); count > 0 && texts.Count <= ManifestSession.MaxChecks; count--) texts.Add(Text());
        return texts;
    }

    private string Text() => System.Text.Encoding.UTF8.GetString(Bytes());

    private void Client(ManifestMachine machine)
    {
        var client = machine.Requests.Load(Fixed());
        client.Settle(Number());
        for (var count = Number(); count > 0; count--)
        {
            client.Add(Number(), new RequestOutcome((ManifestError)Number(), Signed(), Signed(), Byte() == 1));
        }
    }

    private void Restore(ManifestMachine machine)
    {
        var staged = StagedRestore.Begin(Fixed(), 0);
        var touched = Signed();
        for (var count = Number(); count > 0; count--) staged = staged.Add(Bytes(), touched);
        machine.Staged = staged with { Touched = touched };
    }

    private void Keys(ManifestMachine machine, long revision)
    {
        byte[] previous = [];
        var versions = new List<KeyVersion>();
        while (Bytes() is { Length: > 0 } key)
        {
            if (key.AsSpan().SequenceCompareTo(previous) <= 0) throw Damaged("its keys are out of order");
            versions.Clear();
            for (var count = Number(); count > 0; count--)
            {
                var version = Version(key);
                if (version.ModRevision > revision || (versions.Count > 0 && versions[^1].ModRevision > version.ModRevision)) throw Damaged("its revisions are out of order");
                versions.Add(version);
            }

            if (versions.Count == 0) throw Damaged("a key has no state");
            var record = machine.Keys.Load(key, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(versions));
            var head = versions[^1];
            if (head.Facts?.Session is { } holder) machine.Sessions.Attach(holder, record);
            if (head.Lease != 0) machine.Leases.Attach(head.Lease, record);
            previous = key;
        }
    }

    private KeyVersion Version(byte[] key)
    {
        var (mod, order, flags) = (Signed(), (int)Number(), Byte());
        if ((flags & 1) != 0) return new KeyVersion { ModRevision = mod, Order = order, Hash = KeySpace.HashOf(key, mod, 0, 0, 0, []) };
        var (created, count, lease, value) = (Signed(), Signed(), Signed(), Bytes());
        var facts = (flags & 2) != 0 ? new KeyFacts(Number(), Signed(), Text() is { Length: > 0 } session ? session : null) : null;
        return new KeyVersion
        {
            ModRevision = mod,
            Order = order,
            CreateRevision = created,
            Version = count,
            Lease = lease,
            Value = value,
            Facts = facts,
            Hash = KeySpace.HashOf(key, mod, created, count, lease, value, facts),
        };
    }

    private byte[] Bytes()
    {
        var length = Number();
        if (length > MaxBytes) throw Damaged("a length in it is beyond all bounds");
        var bytes = new byte[(int)length];
        Fill(bytes);
        return bytes;
    }

    private long Signed() => Number() is var value ? (long)(value >> 1) ^ -(long)(value & 1) : 0;

    private ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }

        throw Damaged("a number in it does not end");
    }

    private ulong Fixed()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private byte Byte()
    {
        if (_at == _end) More();
        return _buffer[_at++];
    }

    private void Fill(Span<byte> target)
    {
        for (var rest = target; !rest.IsEmpty;)
        {
            if (_at == _end) More();
            var length = Math.Min(rest.Length, _end - _at);
            _buffer.AsSpan(_at, length).CopyTo(rest);
            _at += length;
            rest = rest[length..];
        }
    }

    /// <summary>Brings the checksum up to what has been read.</summary>
    private void Sum()
    {
        _checksum = ~Crc32C.Add(~_checksum, _buffer.AsSpan(_summed, _at - _summed));
        _summed = _at;
    }

    private void More()
    {
        Sum();
        _at = _summed = 0;
        _end = source.Read(_buffer);
        if (_end == 0) throw Damaged("it ends too early");
    }

    private static InvalidDataException Damaged(string what) => new($"The snapshot is damaged: {what}.");
}
