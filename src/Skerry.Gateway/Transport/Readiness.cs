namespace Skerry.Gateway.Transport;

/// <summary>
/// Whether one direction of a socket may be worth a system call. The kernel tells an edge once; it is kept here until somebody looks.
/// <code>
/// Drained   an event: Signaled      TryArm:   Armed
/// Signaled  TryBegin: Drained, and one look is worth it
/// Armed     an event: Signaled, and whoever waits is called
/// </code>
/// One caller at a time uses it; events come from any thread.
/// </summary>
/// <param name="ready">Called once for each time it was armed.</param>
internal sealed class Readiness(Action ready)
{
    private const int Drained = 0;
    private const int Signaled = 1;
    private const int Armed = 2;

    // Nobody knows yet: the first look decides.
    private int _state = Signaled;

    /// <summary>Whether to try the system call; the signal is used up first, so that one that comes during the call is not lost.</summary>
    public bool TryBegin()
    {
        if (Volatile.Read(ref _state) != Signaled) return false;
        Interlocked.Exchange(ref _state, Drained);
        return true;
    }

    /// <summary>The call may have left something behind: the next look will find out.</summary>
    public void Keep() => Volatile.Write(ref _state, Signaled);

    /// <summary>Asks to be called at the next event; false when there has been one meanwhile.</summary>
    public bool TryArm() => Interlocked.CompareExchange(ref _state, Armed, Drained) == Drained;

    /// <summary>Tells an event of the kernel's. What waits runs here and now.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _state, Signaled) == Armed) ready();
    }

    /// <summary>Tells an event of our own, such as a close. What waits runs elsewhere: whoever calls this may hold locks, or be in the middle of a walk over connections.</summary>
    public void Interrupt()
    {
        if (Interlocked.Exchange(ref _state, Signaled) == Armed) ThreadPool.UnsafeQueueUserWorkItem(static ready => ready(), ready, preferLocal: false);
    }
}
