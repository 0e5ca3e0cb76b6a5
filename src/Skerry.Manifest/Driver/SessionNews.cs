namespace Skerry.Manifest.Driver;

/// <summary>Wakes whoever waits for a session to come or go.</summary>
internal sealed class SessionNews
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _index;

    /// <summary>Ends with the next change after this call.</summary>
    public Task Next => Volatile.Read(ref _changed).Task;

    /// <summary>Tells how often sessions have changed by now. One caller at a time.</summary>
    public void Tell(long index)
    {
        if (index == _index) return;
        _index = index;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
