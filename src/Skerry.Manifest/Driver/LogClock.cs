namespace Skerry.Manifest.Driver;

/// <summary>
/// The log's time, in milliseconds since the group began. It runs on by the leader's own monotonic clock, so that no wall clock that leaps can end a lease, and stands while
/// there is no leader: nobody could renew then. Not thread-safe.
/// </summary>
internal sealed class LogClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _newest;
    private long _ahead;
    private ulong _term;

    /// <summary>The time now, as this node knows it.</summary>
    public long Now => Math.Max(_newest, Local + _ahead);

    private long Local => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>A stamp has been applied here.</summary>
    public void Observe(long stamp)
    {
        _newest = Math.Max(_newest, stamp);
        _ahead = Math.Max(_ahead, stamp - Local);
    }

    /// <summary>The stamp of the leader of a term: the first of a term goes on where the log's time stood.</summary>
    public long Stamp(ulong term)
    {
        if (term != _term)
        {
            _term = term;
            _ahead = _newest - Local;
        }

        return Now;
    }
}
