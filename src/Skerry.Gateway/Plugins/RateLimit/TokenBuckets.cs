namespace Skerry.Gateway.Plugins.RateLimit;

/// <summary>
/// A token bucket for each key. Keys are spread over a few tables with a lock each, so that cores seldom meet; in each table the key idle longest makes room for a new one,
/// which by then has most likely a full bucket and loses nothing.
/// </summary>
internal sealed class TokenBuckets
{
    private const int Tables = 16;

    private readonly Table[] _tables;
    private readonly TimeProvider _time;
    private readonly long _origin;

    public TokenBuckets(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _tables = [.. Enumerable.Range(0, Tables).Select(_ => new Table())];
    }

    /// <summary>Keys remembered now.</summary>
    public int Count => _tables.Sum(table => table.Count);

    /// <summary>Sets what holds from now on; tokens already in the buckets stay, up to the burst.</summary>
    /// <param name="rate">Tokens that come back in a second.</param>
    /// <param name="burst">Tokens of a full bucket.</param>
    /// <param name="maxKeys">Keys remembered, to within one for each table.</param>
    public void Change(double rate, int burst, int maxKeys)
    {
        foreach (var table in _tables) table.Change(rate, burst, (maxKeys + Tables - 1) / Tables);
    }

    /// <summary>Takes a token.</summary>
    /// <returns>Zero when there was one; else seconds until the next.</returns>
    public double Take(string key) => _tables[(uint)key.GetHashCode() % Tables].Take(key, _time.GetElapsedTime(_origin).TotalSeconds);

    private sealed class Table
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, LinkedListNode<Bucket>> _buckets = new(StringComparer.Ordinal);
        private readonly LinkedList<Bucket> _byUse = new();
        private double _rate;
        private int _burst;
        private int _maxKeys;

        public int Count
        {
            get
            {
                lock (_gate) return _buckets.Count;
            }
        }

        public void Change(double rate, int burst, int maxKeys)
        {
            lock (_gate)
            {
                (_rate, _burst, _maxKeys) = (rate, burst, maxKeys);
                while (_buckets.Count > maxKeys) ForgetIdlest();
            }
        }

        public double Take(string key, double now)
        {
            lock (_gate)
            {
                var bucket = Find(key, now);
                bucket.Tokens = Math.Min(_burst, bucket.Tokens + Math.Max(0, now - bucket.Updated) * _rate);
                bucket.Updated = now;
                if (bucket.Tokens < 1) return (1 - bucket.Tokens) / _rate;
                bucket.Tokens--;
                return 0;
            }
        }

        private Bucket Find(string key, double now)
        {
            if (_buckets.TryGetValue(key, out var node))
            {
                if (node == _byUse.Last) return node.Value;
                _byUse.Remove(node);
                _byUse.AddLast(node);
                return node.Value;
            }

            if (_buckets.Count >= _maxKeys) ForgetIdlest();
            node = _byUse.AddLast(new Bucket(key, _burst, now));
            _buckets[key] = node;
            return node.Value;
        }

        private void ForgetIdlest()
        {
            _buckets.Remove(_byUse.First!.Value.Key);
            _byUse.RemoveFirst();
        }
    }

    private sealed class Bucket(string key, double tokens, double updated)
    {
        public string Key => key;

        public double Tokens { get; set; } = tokens;

        public double Updated { get; set; } = updated;
    }
}
