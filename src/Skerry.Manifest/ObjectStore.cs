using System.Text;

using Skerry.Manifest.Core.Objects;
using Skerry.Manifest.Wire;

namespace Skerry.Manifest;

/// <summary>
/// Documents that the group agrees on, in the reserved part of the key space: each has a kind, a name, a version and a history, and several change in one step. Who writes
/// reads the whole set first, checks what it would become, and hands in the change with the set it was checked against; it is done only if that is still the newest.
/// </summary>
/// <param name="node">The manifest.</param>
/// <param name="store">The store's name: a word of lower-case letters.</param>
/// <param name="kept">States kept of each object, the newest included; at least 2. They stay when the key space is compacted.</param>
public sealed class ObjectStore(ManifestNode node, string store, int kept = 20)
{
    private readonly ObjectKeys _keys = new(store);

    /// <summary>The key that every change writes: who watches it misses none.</summary>
    public KeyRange ChangeKey => new(_keys.Change, default);

    /// <summary>All objects.</summary>
    /// <param name="isSerializable">Whether this node's own state will do, also without a majority.</param>
    /// <param name="cancellation">Ends the wait for the group.</param>
    public async ValueTask<(ManifestError Error, ObjectSet? Set)> ReadAsync(bool isSerializable, CancellationToken cancellation)
    {
        var read = new TxnOp
        {
            Success =
            [
                new RangeOp { Range = new KeyRange(_keys.Change, default), IsSerializable = isSerializable },
                new RangeOp { Range = _keys.Past, KeysOnly = true, IsSerializable = isSerializable },
                new RangeOp { Range = _keys.Objects, IsSerializable = isSerializable },
            ],
        };
        var result = await node.ExecuteAsync(read, cancellation);
        return result is TxnResult { IsDone: true, Results: [RangeResult change, RangeResult past, RangeResult objects] }
            ? (ManifestError.None, Collect(change, past, objects)) : (result.Error, null);
    }

    /// <summary>What is kept of an object, the newest first; also of one that is gone.</summary>
    public async ValueTask<(ManifestError Error, IReadOnlyList<ObjectRevision> Revisions)> HistoryAsync(string kind, string name, CancellationToken cancellation)
    {
        var result = await node.RangeAsync(new RangeOp { Range = _keys.History(kind, name) }, cancellation);
        return result is not RangeResult { IsDone: true } range ? (result.Error, [])
            : (ManifestError.None, [.. range.Entries.Select(entry => ObjectHistoryCodec.TryDecode(entry.Value.Span, entry.ModRevision)).OfType<ObjectRevision>().Reverse()]);
    }

    /// <summary>Changes objects, all or none.</summary>
    /// <param name="basis">The set that the change was checked against.</param>
    /// <param name="writes">What becomes of which object; each at most once.</param>
    /// <param name="note">What is remembered of it.</param>
    /// <param name="cancellation">Ends the wait; the change may be done all the same.</param>
    public async Task<ObjectCommit> CommitAsync(ObjectSet basis, IReadOnlyList<ObjectWrite> writes, ObjectNote note, CancellationToken cancellation)
    {
        var transaction = new ObjectTransaction(_keys, kept).Build(basis, writes, ObjectHistoryCodec.Encode(note, null), write => ObjectHistoryCodec.Encode(note, write.Document));
        var result = await node.ExecuteAsync(transaction, cancellation);
        if (!result.IsDone) return new ObjectCommit(result.Error, false, 0);
        // Applied by an earlier try, and the answer is known no longer: whoever asked must look.
        if (result is not TxnResult { IsRepeated: false } done) return new ObjectCommit(ManifestError.Timeout, false, 0);
        return new ObjectCommit(ManifestError.None, !done.Succeeded, done.Revision);
    }

    private ObjectSet Collect(RangeResult change, RangeResult past, RangeResult objects)
    {
        var kept = new Dictionary<(string, string), List<long>>();
        foreach (var entry in past.Entries)
        {
            if (_keys.Parts(entry.Key) is not [_, var kind, var name, var number] || !long.TryParse(number, out var at)) continue;
            if (!kept.TryGetValue((kind, name), out var numbers)) kept.Add((kind, name), numbers = []);
            numbers.Add(at);
        }

        return new ObjectSet
        {
            Revision = change.Entries is [var last] ? last.ModRevision : 0,
            Changes = change.Entries is [var counted] ? counted.Version : 0,
            Kept = kept,
            Objects = [.. objects.Entries.Select(Read).OfType<ManifestObject>()],
        };
    }

    private ManifestObject? Read(KeyEntry entry) => _keys.Parts(entry.Key) is [var kind, var name]
        ? new ManifestObject(kind, name, Encoding.UTF8.GetString(entry.Value.Span), entry.ModRevision, entry.CreateRevision) : null;
}
