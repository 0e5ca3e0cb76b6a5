using System.Diagnostics;

namespace Skerry.Agent.Demo;

/// <summary>Who has seen what, and when: the latest state of each subject in each observer's own view.</summary>
internal sealed class Sightings
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Observer, string Subject), (string State, long At)> _seen = [];
    private Action<string, string, string>? _listener;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes in a state; true when it is another than before.</summary>
    public bool Note(string observer, string subject, string state)
    {
        TaskCompletionSource news;
        lock (_gate)
        {
            if (_seen.TryGetValue((observer, subject), out var before) && before.State == state) return false;
            _seen[(observer, subject)] = (state, Stopwatch.GetTimestamp());
            _listener?.Invoke(observer, subject, state);
            news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        news.SetResult();
        return true;
    }

    /// <summary>From now on every new state is told, too: observer, subject, state.</summary>
    public void Listen(Action<string, string, string> listener)
    {
        lock (_gate) _listener = listener;
    }

    /// <summary>An observer has ended, and with it what it saw.</summary>
    public void Forget(string observer)
    {
        lock (_gate)
        {
            foreach (var key in _seen.Keys.Where(key => key.Observer == observer).ToList()) _seen.Remove(key);
        }
    }

    /// <summary>Waits until every observer sees the subject in the state.</summary>
    /// <param name="observers">Whose views count.</param>
    /// <param name="subject">Of what.</param>
    /// <param name="state">The state waited for.</param>
    /// <param name="since">Timestamp the delays are counted from.</param>
    /// <param name="patience">How long to wait at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>After how long each saw it, null for those who did not.</returns>
    public async Task<IReadOnlyList<(string Observer, TimeSpan? After)>> UntilAllSeeAsync(
        IReadOnlyList<string> observers, string subject, string state, long since, TimeSpan patience, CancellationToken cancellation)
    {
        var deadline = Task.Delay(patience, cancellation);
        while (true)
        {
            Task news;
            List<(string Observer, TimeSpan? After)> views;
            lock (_gate)
            {
                news = _news.Task;
                views = [.. observers.Select(observer => (observer, DelayOf(observer)))];
            }

            if (views.All(view => view.After is not null) || deadline.IsCompleted) return views;
            await Task.WhenAny(news, deadline);
            cancellation.ThrowIfCancellationRequested();
        }

        TimeSpan? DelayOf(string observer) => _seen.TryGetValue((observer, subject), out var seen) && seen.State == state
            ? TimeSpan.FromTicks(Math.Max(0, Stopwatch.GetElapsedTime(since, seen.At).Ticks))
            : null;
    }
}
