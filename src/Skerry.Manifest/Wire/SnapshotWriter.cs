using System.Buffers;

using Skerry.Manifest.Core;
using Skerry.Primitives;

namespace Skerry.Manifest.Wire;

/// <summary>
/// Writes a snapshot; numbers as <see cref="CommandWriter"/> has them:
/// <code>
/// "SKMF" format u8 = 1, or 2 with a restore under way | revision compacted clock | history u64 | state hash u64
/// alarms:  count (member kind)*
/// leases:  count (id seconds deadline)*, by id
/// sessions: index, count (session deadline)*, by id; delays: count (end key)*, by end
/// clients: count (client u64, floor, count (sequence error revision number succeeded)*)*, the longest unheard first
/// restore: in format 2 alone: id u64, touched, count (part)*
/// keys:    (key, count (mod order deleted facts [create version lease value [flags lock-index session]])*)*, by key, the oldest state first; an empty key ends them
/// CRC32C of all before, u32
/// </code>
/// Of a key's states exactly those are written that a read at the compacted revision or later can see, whether or not memory of others has been freed.
/// </summary>
internal static class SnapshotWriter
{
    public const byte Format = 1;
    public const byte FormatWithRestore = 2;
    private const int FlushAt = 64 * 1024;

    public static ReadOnlySpan<byte> Magic => "SKMF"u8;

    public static void Write(ManifestSnapshot snapshot, Stream target)
    {
        var output = new Output(target);
        output.Header(snapshot);
        var keys = new KeyWriter(output, snapshot.View);
        KeyTree.Visit(snapshot.View.Root, KeyRange.All, ref keys);
        output.Writer.Bytes([]);
        output.Flush();
        Span<byte> checksum = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(checksum, output.Checksum);
        target.Write(checksum);
    }

    private sealed class Output(Stream target)
    {
        private readonly ArrayBufferWriter<byte> _buffer = new(2 * FlushAt);

        public uint Checksum { get; private set; }

        public CommandWriter Writer => new(_buffer);

        public void Header(ManifestSnapshot snapshot)
        {
            _buffer.Write(Magic);
            Writer.Byte(snapshot.Staged is null ? Format : FormatWithRestore);
            Writer.Signed(snapshot.View.Revision);
            Writer.Signed(snapshot.View.Compacted);
            Writer.Signed(snapshot.Clock);
            Writer.Fixed(snapshot.History);
            Writer.Fixed(snapshot.Hash);
            Writer.Number((ulong)snapshot.Alarms.Length);
            foreach (var alarm in snapshot.Alarms)
            {
                Writer.Number(alarm.Member);
                Writer.Number((ulong)alarm.Kind);
            }

            Writer.Number((ulong)snapshot.Leases.Length);
            foreach (var (id, seconds, deadline) in snapshot.Leases)
            {
                Writer.Signed(id);
                Writer.Signed(seconds);
                Writer.Signed(deadline);
                FlushIfLarge();
            }

            Sessions(snapshot);
            Clients(snapshot);
            if (snapshot.Staged is { } staged) Restore(staged);
        }

        public void FlushIfLarge()
        {
            if (_buffer.WrittenCount >= FlushAt) Flush();
        }

        public void Flush()
        {
            Checksum = ~Crc32C.Add(~Checksum, _buffer.WrittenSpan);
            target.Write(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }

        private void Sessions(ManifestSnapshot snapshot)
        {
            Writer.Signed(snapshot.SessionIndex);
            Writer.Number((ulong)snapshot.Sessions.Length);
            foreach (var (session, deadline) in snapshot.Sessions)
            {
                SessionCodec.WriteSession(Writer, session);
                Writer.Signed(session.CreateRevision);
                Writer.Signed(session.Index);
                Writer.Signed(deadline);
                FlushIfLarge();
            }

            Writer.Number((ulong)snapshot.Delays.Length);
            foreach (var (end, key) in snapshot.Delays)
            {
                Writer.Signed(end);
                Writer.Bytes(key);
            }
        }

        private void Restore(StagedRestore staged)
        {
            Writer.Fixed(staged.Id);
            Writer.Signed(staged.Touched);
            Writer.Number((ulong)staged.Parts.Count);
            foreach (var part in staged.Parts)
            {
                Writer.Bytes(part.Span);
                FlushIfLarge();
            }
        }

        private void Clients(ManifestSnapshot snapshot)
        {
            Writer.Number((ulong)snapshot.Clients.Length);
            foreach (var (client, floor, requests) in snapshot.Clients)
            {
                Writer.Fixed(client);
                Writer.Number(floor);
                Writer.Number((ulong)requests.Length);
                foreach (var (sequence, outcome) in requests)
                {
                    Writer.Number(sequence);
                    Writer.Number((ulong)outcome.Error);
                    Writer.Signed(outcome.Revision);
                    Writer.Signed(outcome.Number);
                    Writer.Flags(outcome.Succeeded);
                }

                FlushIfLarge();
            }
        }
    }

    private readonly struct KeyWriter(Output output, KeySpaceView view) : IKeyVisitor
    {
        private readonly List<KeyVersion> _versions = [];

        public bool Visit(KeyRecord record)
        {
            _versions.Clear();
            for (var version = record.Head; version is not null; version = version.Older)
            {
                if (version.ModRevision > view.Revision) continue;
                var isOldest = version.ModRevision <= view.Compacted;
                if (!isOldest || !version.IsDeletion || version.ModRevision == view.Compacted) _versions.Add(version);
                if (isOldest) break;
            }

            if (_versions.Count == 0) return true;
            var writer = output.Writer;
            writer.Bytes(record.Key);
            writer.Number((ulong)_versions.Count);
            for (var i = _versions.Count - 1; i >= 0; i--)
            {
                Write(writer, _versions[i]);
                output.FlushIfLarge();
            }

            return true;
        }

        private static void Write(CommandWriter writer, KeyVersion version)
        {
            writer.Signed(version.ModRevision);
            writer.Number((ulong)version.Order);
            writer.Flags(version.IsDeletion, version.Facts is not null);
            if (version.IsDeletion) return;
            writer.Signed(version.CreateRevision);
            writer.Signed(version.Version);
            writer.Signed(version.Lease);
            writer.Bytes(version.Value);
            if (version.Facts is not { } facts) return;
            writer.Number(facts.Flags);
            writer.Signed(facts.LockIndex);
            writer.Text(facts.Session ?? "");
        }
    }
}
