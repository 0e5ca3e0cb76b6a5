using System.Diagnostics;

namespace Skerry.Primitives;

/// <summary>
/// What runs beside the loop: everything started here is cancelled and awaited when it is disposed, and nothing starts after that. It belongs to no trace: what lasts would
/// keep the span of whoever happened to start it.
/// </summary>
public sealed class BackgroundTasks : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<Task> _running = [];
    private readonly Lock _gate = new();
    private bool _stopped;

    /// <summary>Nothing runs yet.</summary>
    public BackgroundTasks() => Stopping = _stopping.Token;

    /// <summary>Cancelled when everything is to end.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Starts something on the thread pool, and returns true; when all is disposed already, nothing. It handles its own errors.</summary>
    public bool Launch(Func<CancellationToken, Task> work)
    {
        lock (_gate)
        {
            if (_stopped) return false;
            var task = Task.Run(() =>
            {
                Activity.Current = null;
                return work(Stopping);
            });
            _running.Add(task);
            _ = task.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return true;
        }
    }

    /// <summary>Cancels everything and waits until it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stopped) return;
            _stopped = true;
        }

        await _stopping.CancelAsync();
        Task[] running;
        lock (_gate) running = [.. _running];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private void Ended(Task task)
    {
        lock (_gate) _running.Remove(task);
    }
}
