namespace Skerry.Manifest.Core;

/// <summary>Leases by id and by deadline. Time is the log's: what the leader stamped on the last command.</summary>
internal sealed class LeaseTable
{
    private readonly Dictionary<long, Lease> _leases = [];
    private readonly SortedSet<(long Deadline, long Id)> _deadlines = [];

    /// <summary>A sum over all leases.</summary>
    public ulong Hash { get; private set; }

    public int Count => _leases.Count;

    /// <summary>When the next one ends; null without leases.</summary>
    public long? NextDeadline => _deadlines.Count == 0 ? null : _deadlines.Min.Deadline;

    public IEnumerable<Lease> InOrder => _leases.Values.OrderBy(lease => lease.Id);

    public Lease? Find(long id) => _leases.GetValueOrDefault(id);

    public Lease Add(long id, long seconds, long deadline)
    {
        var lease = new Lease(id, seconds) { Deadline = deadline };
        _leases.Add(id, lease);
        _deadlines.Add((deadline, id));
        Hash += lease.Hash;
        return lease;
    }

    public void Renew(Lease lease, long deadline)
    {
        Hash -= lease.Hash;
        _deadlines.Remove((lease.Deadline, lease.Id));
        lease.Deadline = deadline;
        _deadlines.Add((deadline, lease.Id));
        Hash += lease.Hash;
    }

    public void Remove(Lease lease)
    {
        Hash -= lease.Hash;
        _leases.Remove(lease.Id);
        _deadlines.Remove((lease.Deadline, lease.Id));
    }

    public void Attach(long id, KeyRecord record)
    {
        if (id != 0) Find(id)?.Keys.Add(record);
    }

    public void Detach(long id, KeyRecord record)
    {
        if (id != 0) Find(id)?.Keys.Remove(record);
    }

    /// <summary>Those whose time is over, the longest over first.</summary>
    public List<long> Expired(long now, int most)
    {
        var expired = new List<long>();
        foreach (var (deadline, id) in _deadlines)
        {
            if (deadline > now || expired.Count == most) break;
            expired.Add(id);
        }

        return expired;
    }
}
