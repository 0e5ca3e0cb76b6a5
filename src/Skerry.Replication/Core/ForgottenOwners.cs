namespace Skerry.Replication.Core;

/// <summary>Owners of whom nothing is taken in, because membership gave them up and some peer may not know yet. Bounded: the longest forgotten go first.</summary>
internal sealed class ForgottenOwners
{
    /// <summary>Names kept; at 128 bytes each, two MiB at most.</summary>
    public const int Limit = 16 * 1024;

    private readonly Dictionary<string, ulong> _since = new(StringComparer.Ordinal);
    private readonly Queue<(string Owner, ulong Since)> _order = new();
    private ulong _next;

    public bool Contains(string owner) => _since.ContainsKey(owner);

    public void Add(string owner)
    {
        _since[owner] = ++_next;
        _order.Enqueue((owner, _next));
        // An owner that was back in between has an entry in the queue that no longer counts.
        while (_order.Count > Limit && _order.TryDequeue(out var oldest))
        {
            if (_since.TryGetValue(oldest.Owner, out var since) && since == oldest.Since) _since.Remove(oldest.Owner);
        }
    }

    public void Remove(string owner) => _since.Remove(owner);
}
