using Skerry.Gateway.Transport;

namespace Skerry.Gateway.Model;

/// <summary>
/// Requests under way in something that must outlive them, counted by loop so that cores do not meet. Once retired it lets nobody in, and tells when the last has left.
/// Every change is followed by a look at the flag, and the flag by a look at all counts, each with a full fence between: one of the two sees the other.
/// </summary>
/// <param name="loops">How many event loops there are.</param>
/// <param name="emptied">Called once, after <see cref="Retire"/>, when nobody is left.</param>
internal sealed class InFlight(int loops, Action emptied)
{
    /// <summary>Counts a cache line apart.</summary>
    private const int Stride = 16;

    private readonly long[] _counts = new long[(loops + 2) * Stride];
    private int _isRetired;
    private int _isEmptied;

    /// <summary>Requests under way.</summary>
    public long Count
    {
        get
        {
            long sum = 0;
            for (var i = Stride; i < _counts.Length; i += Stride) sum += Interlocked.Read(ref _counts[i]);
            return sum;
        }
    }

    /// <summary>Goes in; false when it is retired.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref Mine());
        if (Volatile.Read(ref _isRetired) == 0) return true;
        Leave();
        return false;
    }

    /// <summary>Goes out; on any thread.</summary>
    public void Leave()
    {
        Interlocked.Decrement(ref Mine());
        if (Volatile.Read(ref _isRetired) != 0) TellIfEmpty();
    }

    /// <summary>Lets nobody in from now on.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _isRetired, 1) == 0) TellIfEmpty();
    }

    private void TellIfEmpty()
    {
        // Counts only fall from here on, so a sum of zero taken one after the other is zero for good.
        if (Count == 0 && Interlocked.Exchange(ref _isEmptied, 1) == 0) emptied();
    }

    private ref long Mine() => ref _counts[((EventLoop.Current?.Index + 1 ?? 0) % (loops + 1) + 1) * Stride];
}
