namespace Skerry.Manifest.Core.Objects;

/// <summary>
/// The transaction that changes objects: nothing of it is done if any object has changed since the set was read, and what it writes is kept as history,
/// as much of it as there is room for.
/// </summary>
/// <param name="keys">Where things are.</param>
/// <param name="kept">States kept of each object, at least 2.</param>
internal sealed class ObjectTransaction(ObjectKeys keys, int kept)
{
    /// <summary>Objects that are gone and still have a history.</summary>
    internal const int MaxGone = 64;

    /// <summary>Operations of a nested transaction. As many of those fit beside them: a path through both stays below <see cref="ManifestLimits.MaxTransactionOps"/>.</summary>
    private const int Chunk = 60;

    public TxnOp Build(ObjectSet basis, IReadOnlyList<ObjectWrite> writes, byte[] note, Func<ObjectWrite, byte[]> history)
    {
        var number = basis.Changes + 1;
        var ops = new List<ManifestOp>();
        foreach (var write in writes)
        {
            var key = keys.Of(write.Kind, write.Name);
            ops.Add(write.Document is { } document
                ? new PutOp { Key = key, Value = System.Text.Encoding.UTF8.GetBytes(document) }
                : new DeleteOp { Range = new KeyRange(key, default) });
            ops.Add(new PutOp { Key = keys.History(write.Kind, write.Name, number), Value = history(write) });
            if (TooOld(basis, write) is { } old) ops.Add(old);
        }

        ops.AddRange(Forgotten(basis, writes));
        return new TxnOp
        {
            Compares = [new Compare { Range = new KeyRange(keys.Change, default), Target = CompareTarget.Mod, Result = CompareResult.Equal, Number = basis.Revision }],
            Success = [new PutOp { Key = keys.Change, Value = note }, .. ops.Chunk(Chunk).Select(chunk => new TxnOp { Success = chunk })],
        };
    }

    /// <summary>What of an object's history goes when one more state comes.</summary>
    private DeleteOp? TooOld(ObjectSet basis, ObjectWrite write)
    {
        if (!basis.Kept.TryGetValue((write.Kind, write.Name), out var numbers) || numbers.Count < kept) return null;
        return new DeleteOp
        {
            Range = new KeyRange(keys.History(write.Kind, write.Name, numbers[0]), keys.History(write.Kind, write.Name, numbers[numbers.Count + 1 - kept])),
        };
    }

    /// <summary>The histories of objects that went longest ago, where too many have gone.</summary>
    private IEnumerable<DeleteOp> Forgotten(ObjectSet basis, IReadOnlyList<ObjectWrite> writes)
    {
        var written = writes.Select(write => (write.Kind, write.Name)).ToHashSet();
        var there = basis.Objects.Select(item => (item.Kind, item.Name)).ToHashSet();
        var going = writes.Count(write => write.Document is null && there.Contains((write.Kind, write.Name)));
        var gone = basis.Kept.Where(entry => !there.Contains(entry.Key) && !written.Contains(entry.Key)).OrderBy(entry => entry.Value[^1]).ThenBy(entry => entry.Key).ToList();
        return gone.Take(Math.Max(0, gone.Count + going - MaxGone)).Select(entry => new DeleteOp { Range = keys.History(entry.Key.Kind, entry.Key.Name) });
    }
}
