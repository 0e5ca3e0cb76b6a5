using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>
/// Compares from coarse to fine: one hash over all; a hash an owner where these differ; versions of the owners that differ; then only the records that
/// one side lacks. In a group at rest it costs one small datagram a round.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="store">What it knows.</param>
/// <param name="send">Sends a message.</param>
internal sealed class DigestReconciler(string self, RecordStore store, Action<SendMessage> send) : IReconciler
{
    public void Begin(string peer) => send(new SendMessage(peer, new RootDigest(self, store.Digest), ByStream: false));

    public bool Receive(ReplicationMessage message, Instant now)
    {
        switch (message)
        {
            case RootDigest root:
                if (root.Digest != store.Digest) send(new SendMessage(root.From, new OwnerDigests(self, store.OwnerDigests()), ByStream: true));
                return true;
            case OwnerDigests digests:
                Compare(digests);
                return true;
            case Versions versions:
                EvenOut(versions);
                return true;
            case Want want:
                var wanted = want.Names.Select(name => store.Find(name.Owner, new RecordName(name.Kind, name.Id))).OfType<Record>();
                SendRecords(want.From, wanted);
                return true;
            default:
                return false;
        }
    }

    private void Compare(OwnerDigests digests)
    {
        var theirs = digests.Owners.ToDictionary(entry => entry.Owner, entry => entry.Digest, StringComparer.Ordinal);
        var mine = store.OwnerDigests().ToDictionary(entry => entry.Owner, entry => entry.Digest, StringComparer.Ordinal);
        var differing = theirs.Keys.Union(mine.Keys, StringComparer.Ordinal)
            .Where(owner => !store.IsForgotten(owner) && theirs.GetValueOrDefault(owner) != mine.GetValueOrDefault(owner))
            .Order(StringComparer.Ordinal).ToImmutableArray();
        if (differing.Length == 0) return;
        var known = differing.SelectMany(store.RecordsOf).Select(record => new KnownVersion(record.Owner, record.Kind, record.Id, record.Version));
        send(new SendMessage(digests.From, new Versions(self, differing, [.. known]), ByStream: true));
    }

    private void EvenOut(Versions versions)
    {
        var theirs = versions.Known.ToDictionary(known => (known.Owner, known.Kind, known.Id), known => known.Version);
        var newer = new List<Record>();
        var mine = new HashSet<(string, string, string)>();
        foreach (var owner in versions.Owners)
        {
            foreach (var record in store.RecordsOf(owner))
            {
                mine.Add((record.Owner, record.Kind, record.Id));
                if (!theirs.TryGetValue((record.Owner, record.Kind, record.Id), out var version) || version < record.Version) newer.Add(record);
            }
        }

        SendRecords(versions.From, newer);
        var wanted = versions.Known
            .Where(known => !store.IsForgotten(known.Owner))
            .Where(known => !mine.Contains((known.Owner, known.Kind, known.Id))
                || store.Find(known.Owner, new RecordName(known.Kind, known.Id))!.Version < known.Version)
            .ToImmutableArray();
        if (wanted.Length > 0) send(new SendMessage(versions.From, new Want(self, wanted), ByStream: true));
    }

    private void SendRecords(string to, IEnumerable<Record> records)
    {
        // 512 records of 16 KiB stay below what a stream message may hold.
        foreach (var chunk in records.Chunk(512)) send(new SendMessage(to, new Push(self, 0, [.. chunk]), ByStream: true));
    }
}
