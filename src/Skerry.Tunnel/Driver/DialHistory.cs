using System.Collections.Concurrent;

namespace Skerry.Tunnel.Driver;

/// <summary>What was tried lately to reach each node: for people who ask why.</summary>
internal sealed class DialHistory
{
    private const int MaxNodes = 1024;
    private const int MaxAttempts = 16;

    private readonly ConcurrentDictionary<string, Queue<DialAttempt>> _byNode = new(StringComparer.Ordinal);

    public void Add(string node, DialAttempt attempt)
    {
        if (_byNode.Count >= MaxNodes && !_byNode.ContainsKey(node)) return;
        var attempts = _byNode.GetOrAdd(node, static _ => new Queue<DialAttempt>());
        lock (attempts)
        {
            attempts.Enqueue(attempt);
            if (attempts.Count > MaxAttempts) attempts.Dequeue();
        }
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<DialAttempt> Of(string node)
    {
        if (!_byNode.TryGetValue(node, out var attempts)) return [];
        lock (attempts) return [.. attempts.Reverse()];
    }
}
