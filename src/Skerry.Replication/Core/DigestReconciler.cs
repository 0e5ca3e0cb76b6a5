using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>
/// Compares from coarse to fine: one hash over all; a hash an owner where these differ; versions of the owners that differ; then only the records that
/// one side lacks. In a group at rest it costs one small datagram a round.
/// <code>
/// A             B
/// RootDigest    →
///               ←  OwnerDigests      only if the roots differ
/// Versions      →                    of the owners that differ
///               ←  Repair, Want      what A lacks, what B lacks
/// Repair        →
/// </code>
/// </summary>
/// <param name="self">This node.</param>
/// <param name="store">What it knows.</param>
/// <param name="send">Sends a message.</param>
internal sealed class DigestReconciler(string self, RecordStore store, Action<SendMessage> send) : IReconciler
{
    /// <summary>Versions in one message, so that it stays below 4 MiB at 200 bytes each; what is over waits for the next comparison.</summary>
    private const int MaxVersions = 20_000;

    /// <summary>Bytes of records in one message: large enough to be few, small enough to be resent.</summary>
    private const int RepairSize = 1 << 20;

    /// <summary>So long an answer is waited for before another is asked for the same: a node that joins would else get everything from everybody who greets it.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private Instant _awaitedUntil = Instant.Origin;

    public void Begin(string peer) => send(new SendMessage(peer, new RootDigest(self, store.Digest)));

    public void Receive(ReplicationMessage message, Instant now)
    {
        switch (message)
        {
            case RootDigest root:
                if (root.Digest != store.Digest) send(new SendMessage(root.From, new OwnerDigests(self, store.OwnerDigests())));
                break;
            case OwnerDigests digests:
                if (now >= _awaitedUntil) Compare(digests, now);
                break;
            case Versions versions:
                EvenOut(versions, now);
                break;
            case Want want:
                SendRecords(want.From, want.Names.Select(Find).OfType<StoredRecord>(), now);
                break;
            case Repair:
                _awaitedUntil = now;
                break;
        }
    }

    private StoredRecord? Find(KnownVersion known) => store.TryFind(known.Owner, new RecordName(known.Kind, known.Id), out var stored) ? stored : null;

    private void Compare(OwnerDigests digests, Instant now)
    {
        var theirs = digests.Owners.ToDictionary(entry => entry.Owner, entry => entry.Digest, StringComparer.Ordinal);
        var mine = store.OwnerDigests().ToDictionary(entry => entry.Owner, entry => entry.Digest, StringComparer.Ordinal);
        var differing = theirs.Keys.Union(mine.Keys, StringComparer.Ordinal)
            .Where(owner => !store.IsForgotten(owner) && theirs.GetValueOrDefault(owner) != mine.GetValueOrDefault(owner))
            .Order(StringComparer.Ordinal);
        var owners = ImmutableArray.CreateBuilder<string>();
        var known = ImmutableArray.CreateBuilder<KnownVersion>();
        foreach (var owner in differing)
        {
            if (owners.Count > 0 && known.Count + store.CountOf(owner) > MaxVersions) break;
            owners.Add(owner);
            known.AddRange(store.RecordsOf(owner).Select(stored => stored.Known));
        }

        if (owners.Count == 0) return;
        _awaitedUntil = now + AnswerTimeout;
        send(new SendMessage(digests.From, new Versions(self, owners.ToImmutable(), known.ToImmutable())));
    }

    private void EvenOut(Versions versions, Instant now)
    {
        var theirs = versions.Known.ToDictionary(known => (known.Owner, known.Kind, known.Id));
        var lacking = versions.Owners.SelectMany(store.RecordsOf)
            .Where(stored => !theirs.TryGetValue((stored.Record.Owner, stored.Record.Kind, stored.Record.Id), out var known) || Differs(stored, known, mineIsOlder: false));
        SendRecords(versions.From, lacking, now);
        if (now < _awaitedUntil) return;
        var wanted = versions.Known
            .Where(known => !store.IsForgotten(known.Owner) && (Find(known) is not { } stored || Differs(stored, known, mineIsOlder: true)))
            .ToImmutableArray();
        if (wanted.Length == 0) return;
        _awaitedUntil = now + AnswerTimeout;
        send(new SendMessage(versions.From, new Want(self, wanted)));
    }

    /// <summary>Whether one side has what the other should see; of two payloads with one version both sides see both, and take the same.</summary>
    private static bool Differs(StoredRecord mine, KnownVersion theirs, bool mineIsOlder) =>
        mine.Record.Version == theirs.Version ? mine.Checksum != theirs.Checksum : mine.Record.Version < theirs.Version == mineIsOlder;

    private void SendRecords(string to, IEnumerable<StoredRecord> records, Instant now)
    {
        var batch = ImmutableArray.CreateBuilder<CarriedRecord>();
        var size = 0;
        foreach (var stored in records)
        {
            batch.Add(stored.Carried(now));
            size += ReplicationSize.Of(stored.Record);
            if (size < RepairSize) continue;
            send(new SendMessage(to, new Repair(self, batch.ToImmutable())));
            batch.Clear();
            size = 0;
        }

        if (batch.Count > 0) send(new SendMessage(to, new Repair(self, batch.ToImmutable())));
    }
}
