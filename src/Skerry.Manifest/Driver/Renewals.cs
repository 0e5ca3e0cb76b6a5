namespace Skerry.Manifest.Driver;

/// <summary>
/// Renewals of leases, gathered: while one command is under way, those that come are put into the next. So ten thousand leases cost a few commands, and renewals still stand in the log.
/// </summary>
/// <param name="propose">Has leases renewed.</param>
internal sealed class Renewals(Func<IReadOnlyList<long>, Task<ManifestResult>> propose)
{
    /// <summary>Leases of one command.</summary>
    private const int Most = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<(long Id, TaskCompletionSource<ManifestError> Done)> _waiting = new();
    private Task _running = Task.CompletedTask;

    public Task<ManifestError> RenewAsync(long id)
    {
        var done = new TaskCompletionSource<ManifestError>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_waiting.Count >= 10 * Most) return Task.FromResult(ManifestError.TooManyRequests);
            _waiting.Enqueue((id, done));
            if (_running.IsCompleted) _running = Task.Run(RunAsync);
        }

        return done.Task;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            var batch = new List<(long Id, TaskCompletionSource<ManifestError> Done)>();
            lock (_gate)
            {
                while (batch.Count < Most && _waiting.TryDequeue(out var next)) batch.Add(next);
                if (batch.Count == 0)
                {
                    // Said under the lock: who comes next starts another run.
                    _running = Task.CompletedTask;
                    return;
                }
            }

            var error = ManifestError.Stopped;
            try
            {
                error = (await propose([.. batch.Select(item => item.Id).Distinct()])).Error;
            }
            finally
            {
                foreach (var (_, done) in batch) done.TrySetResult(error);
            }
        }
    }
}
