namespace Skerry.Manifest.Core;

/// <summary>Sessions by id and by deadline, and the keys that cannot be locked for a while because the session that held them has ended.</summary>
internal sealed class SessionTable
{
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly SortedSet<(long Deadline, string Id)> _deadlines = new(Comparer<(long Deadline, string Id)>.Create(
        static (a, b) => a.Deadline != b.Deadline ? a.Deadline.CompareTo(b.Deadline) : string.CompareOrdinal(a.Id, b.Id)));

    private readonly Dictionary<ReadOnlyMemory<byte>, long> _delays = new(KeyComparer.Instance);
    private readonly SortedDictionary<long, List<byte[]>> _delaysByEnd = [];

    /// <summary>A sum over sessions and delays.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Counts changes of sessions.</summary>
    public long Index { get; set; }

    public int Count => _sessions.Count;

    public long? NextDeadline => _deadlines.Count == 0 ? null : _deadlines.Min.Deadline;

    /// <summary>What clients said of all sessions, in no order: it must not reach an answer like that.</summary>
    public ManifestSession[] All => [.. _sessions.Values.Select(session => session.Data)];

    public IEnumerable<Session> InOrder => _sessions.Values.OrderBy(session => session.Data.Id, StringComparer.Ordinal);

    /// <summary>Delays by their end, those of one end in the order they came.</summary>
    public IEnumerable<(long End, byte[] Key)> Delays => _delaysByEnd.SelectMany(pair => pair.Value.Where(key => _delays[key] == pair.Key).Select(key => (pair.Key, key)));

    public Session? Find(string id) => _sessions.GetValueOrDefault(id);

    public Session Add(ManifestSession data, long deadline)
    {
        var session = new Session(data) { Deadline = deadline };
        _sessions.Add(data.Id, session);
        if (deadline != long.MaxValue) _deadlines.Add((deadline, data.Id));
        Hash += session.Hash;
        return session;
    }

    public void Renew(Session session, long deadline)
    {
        if (session.Deadline == long.MaxValue) return;
        Hash -= session.Hash;
        _deadlines.Remove((session.Deadline, session.Data.Id));
        session.Deadline = deadline;
        _deadlines.Add((deadline, session.Data.Id));
        Hash += session.Hash;
    }

    public void Remove(Session session)
    {
        Hash -= session.Hash;
        _sessions.Remove(session.Data.Id);
        _deadlines.Remove((session.Deadline, session.Data.Id));
    }

    public void Attach(string? id, KeyRecord record)
    {
        if (id is not null) Find(id)?.Keys.Add(record);
    }

    public void Detach(string? id, KeyRecord record)
    {
        if (id is not null) Find(id)?.Keys.Remove(record);
    }

    /// <summary>Those whose time is over, the longest over first.</summary>
    public List<string> Expired(long now, int most) => [.. _deadlines.TakeWhile(entry => entry.Deadline <= now).Take(most).Select(entry => entry.Id)];

    public bool IsDelayed(ReadOnlyMemory<byte> key, long now) => _delays.TryGetValue(key, out var end) && end > now;

    public void Delay(byte[] key, long end)
    {
        if (_delays.TryGetValue(key, out var known))
        {
            if (known >= end) return;
            Hash -= HashOf(key, known);
            // The entry under its old end stays behind and is passed over.
        }

        _delays[key] = end;
        Hash += HashOf(key, end);
        if (!_delaysByEnd.TryGetValue(end, out var keys)) _delaysByEnd.Add(end, keys = []);
        keys.Add(key);
    }

    /// <summary>Has all delays end later, or earlier, by some milliseconds.</summary>
    public void MoveDelays(long by)
    {
        var delays = Delays.ToArray();
        foreach (var (end, key) in delays) Hash -= HashOf(key, end);
        _delays.Clear();
        _delaysByEnd.Clear();
        foreach (var (end, key) in delays) Delay(key, end + by);
    }

    /// <summary>Forgets delays that are over.</summary>
    public void Forget(long now)
    {
        while (_delaysByEnd.Count > 0 && _delaysByEnd.First() is var first && first.Key <= now)
        {
            foreach (var key in first.Value)
            {
                if (_delays.TryGetValue(key, out var end) && end == first.Key && _delays.Remove(key)) Hash -= HashOf(key, end);
            }

            _delaysByEnd.Remove(first.Key);
        }
    }

    private static ulong HashOf(byte[] key, long end) => StateHash.Mix((ulong)end, key);
}
