namespace Skerry.Proxy.Flows;

/// <summary>A connection or a client's datagrams, from when a service is sought for it until it is over: what it carries, and when something last moved.</summary>
/// <param name="time">The clock.</param>
/// <param name="abort">Cuts it.</param>
internal sealed class Flow(TimeProvider time, Action abort)
{
    private long _lastMoved = time.GetTimestamp();
    private long _up;
    private long _down;

    public bool IsIdleOut { get; private set; }

    /// <summary>Bytes to the service.</summary>
    public long Up => Interlocked.Read(ref _up);

    /// <summary>Bytes from it.</summary>
    public long Down => Interlocked.Read(ref _down);

    public void Moved(bool toService, int bytes)
    {
        if (toService) Interlocked.Add(ref _up, bytes);
        else Interlocked.Add(ref _down, bytes);
        Volatile.Write(ref _lastMoved, time.GetTimestamp());
    }

    /// <summary>Cuts it when nothing moved for the limit.</summary>
    public void CutWhenIdle(TimeSpan limit)
    {
        if (IsIdleOut || time.GetElapsedTime(Volatile.Read(ref _lastMoved)) < limit) return;
        IsIdleOut = true;
        abort();
    }
}
