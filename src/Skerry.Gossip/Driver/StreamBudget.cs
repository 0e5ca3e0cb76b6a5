namespace Skerry.Gossip.Driver;

/// <summary>
/// Memory that half-received streams of strangers may take together. A stream may declare 20 MiB before anything of it can be verified; without
/// a common bound 127 of them would take 2.5 GiB.
/// </summary>
/// <param name="limit">Bytes.</param>
internal sealed class StreamBudget(long limit)
{
    private long _taken;

    /// <summary>Takes some; false when too much is taken already.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= limit) return true;
        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(int bytes) => Interlocked.Add(ref _taken, -bytes);
}
