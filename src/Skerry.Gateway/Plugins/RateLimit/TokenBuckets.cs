namespace Skerry.Gateway.Plugins.RateLimit;

/// <summary>A token bucket for each key; the keys idle longest make room for new ones.</summary>
/// <param name="rate">Tokens that come back in a second.</param>
/// <param name="burst">Tokens of a full bucket.</param>
/// <param name="maxKeys">Keys remembered.</param>
internal sealed class TokenBuckets(double rate, int burst, int maxKeys)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Bucket>> _buckets = new(StringComparer.Ordinal);
    private readonly LinkedList<Bucket> _byUse = new();

    public int Count { get { lock (_gate) return _buckets.Count; } }

    /// <summary>Takes a token at a time in seconds.</summary>
    /// <returns>Zero when there was one; else seconds until the next.</returns>
    public double Take(string key, double now)
    {
        lock (_gate)
        {
            if (_buckets.TryGetValue(key, out var node))
            {
                if (node != _byUse.Last)
                {
                    _byUse.Remove(node);
                    _byUse.AddLast(node);
                }
            }
            else
            {
                if (_buckets.Count >= maxKeys)
                {
                    _buckets.Remove(_byUse.First!.Value.Key);
                    _byUse.RemoveFirst();
                }

                node = _byUse.AddLast(new Bucket(key, burst, now));
                _buckets[key] = node;
            }

            var bucket = node.Value;
            bucket.Tokens = Math.Min(burst, bucket.Tokens + Math.Max(0, now - bucket.Updated) * rate);
            bucket.Updated = now;
            if (bucket.Tokens < 1) return (1 - bucket.Tokens) / rate;
            bucket.Tokens--;
            return 0;
        }
    }

    private sealed class Bucket(string key, double tokens, double updated)
    {
        public string Key => key;

        public double Tokens { get; set; } = tokens;

        public double Updated { get; set; } = updated;
    }
}
