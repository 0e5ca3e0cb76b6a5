using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>What this node has heard and still passes on. Bounded: news that finds no room is left to the comparison.</summary>
/// <param name="store">Where the records are.</param>
internal sealed class RumourMill(RecordStore store)
{
    /// <summary>Bytes of records in one round; above a datagram they go by stream.</summary>
    private const int RoundSize = 64 * 1024;

    private const int Limit = 8192;

    private readonly SortedDictionary<(string Owner, RecordName Name), int> _rounds = new(
        Comparer<(string Owner, RecordName Name)>.Create((left, right) =>
        {
            var order = string.CompareOrdinal(left.Owner, right.Owner);
            return order != 0 ? order : left.Name.CompareTo(right.Name);
        }));

    public bool IsIdle => _rounds.Count == 0;

    /// <summary>Begins to pass a record on, from the first round again when it is newer news of one already passed on.</summary>
    public void Add(Record record)
    {
        if (_rounds.Count < Limit) _rounds[(record.Owner, new RecordName(record.Kind, record.Id))] = 0;
    }

    public void Remove(Record record) => _rounds.Remove((record.Owner, new RecordName(record.Kind, record.Id)));

    public void Clear() => _rounds.Clear();

    /// <summary>The records of one round: the freshest rumours first, as many as fit.</summary>
    public ImmutableArray<CarriedRecord> Take(int rounds, Instant now)
    {
        var batch = ImmutableArray.CreateBuilder<CarriedRecord>();
        var size = 0;
        foreach (var (key, sent) in _rounds.OrderBy(entry => entry.Value).ToArray())
        {
            if (!store.TryFind(key.Owner, key.Name, out var stored))
            {
                _rounds.Remove(key);
                continue;
            }

            size += ReplicationSize.Of(stored.Record);
            if (size > RoundSize && batch.Count > 0) break;
            batch.Add(stored.Carried(now));
            if (sent + 1 >= rounds) _rounds.Remove(key);
            else _rounds[key] = sent + 1;
        }

        return batch.ToImmutable();
    }
}
