namespace Skerry.Manifest.Driver;

/// <summary>Wakes whoever waits for a session to come or go.</summary>
internal sealed class SessionNews
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _index;

    /// <summary>Sessions by id. Sorted here and not under the state's lock: whoever applies does not wait for that.</summary>
    public static (long Index, ManifestSession[] Sessions) Sorted((long Index, ManifestSession[] Sessions) taken)
    {
        Array.Sort(taken.Sessions, static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        return taken;
    }

    /// <summary>Waits until something holds that only a change of sessions can bring about.</summary>
    public async Task ChangedAsync(Func<bool> hasChanged, CancellationToken cancellation)
    {
        while (true)
        {
            var next = Volatile.Read(ref _changed).Task;
            if (hasChanged()) return;
            await next.WaitAsync(cancellation);
        }
    }

    /// <summary>Tells how often sessions have changed by now. One caller at a time.</summary>
    public void Tell(long index)
    {
        if (index == _index) return;
        _index = index;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
