using System.Diagnostics;
using System.Text;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine;

/// <summary>A lock on a key, held by a session that is renewed for as long as this lives. Letting go is <see cref="DisposeAsync"/>.</summary>
internal sealed class KvLock : IAsyncDisposable
{
    /// <summary>Before asking again for a lock that nobody holds and that is refused: its delay is not over.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly KvClient _client;
    private readonly string _key;
    private readonly TimeSpan _ttl;
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _value = [];
    private ulong _flags;
    private Task _renewing = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;

    private KvLock(KvClient client, string key, TimeSpan ttl, string session) => (_client, _key, _ttl, Session) = (client, key, ttl, session);

    /// <summary>The session that holds it.</summary>
    public string Session { get; }

    /// <summary>The fencing token: greater than that of every holder before. 0 until it is held.</summary>
    public long Token { get; private set; }

    /// <summary>Ends, with why, when the lock is no longer sure.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Takes the lock; null when it is held and is not to be waited for, or the time is over.</summary>
    public static async Task<KvLock?> TakeAsync(KvClient client, string key, TimeSpan ttl, TimeSpan delay, TimeSpan patience, CancellationToken cancellation)
    {
        var taken = new KvLock(client, key, ttl, await client.CreateSessionAsync($"skerry kv lock {key}", ttl, delay, cancellation));
        taken._renewing = taken.RenewAsync();
        try
        {
            if (await taken.AcquireAsync(patience, cancellation)) return taken;
        }
        catch
        {
            await taken.DisposeAsync();
            throw;
        }

        await taken.DisposeAsync();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_renewing, _watching);
        try
        {
            // The end of the session lets go, too, but closes the lock for its delay.
            if (Token > 0) await _client.PutAsync(_key, _value, [$"release={Session}", $"flags={_flags}"], CancellationToken.None);
            await _client.DestroySessionAsync(Session, CancellationToken.None);
        }
        catch (CommandFailedException)
        {
            // Nobody hears it: the session ends by itself when its time is over.
        }

        _ending.Dispose();
    }

    private async Task<bool> AcquireAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        long index = 0;
        while (true)
        {
            var left = patience - Stopwatch.GetElapsedTime(began);
            var wait = left < TimeSpan.FromSeconds(60) && left > TimeSpan.Zero ? $"wait={(long)left.TotalMilliseconds + 1}ms" : KvClient.Wait;
            var (keys, seen) = await _client.ReadAsync(_key, index > 0 ? [$"index={index}", wait] : [], cancellation).WaitAsync(cancellation);
            if (Lost.IsCompleted) throw new CommandFailedException(ExitCode.Failed, $"The lock on '{_key}' was waited for, and {await Lost}.");
            var holder = keys.FirstOrDefault()?.Session;
            if (holder is null && await TryAsync(keys.FirstOrDefault(), cancellation)) return true;
            if (Stopwatch.GetElapsedTime(began) >= patience) return false;
            index = seen < index ? 0 : seen;
            if (holder is not null) continue;
            index = 0;
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>The key keeps what it holds; a new one says who made it.</summary>
    private async Task<bool> TryAsync(ApiKeyDocument? key, CancellationToken cancellation)
    {
        _value = key is null ? Encoding.UTF8.GetBytes($"{Environment.MachineName} process {Environment.ProcessId}") : key.Value ?? [];
        _flags = key?.Flags ?? 0;
        var (isHeld, revision) = await _client.PutAsync(_key, _value, [$"acquire={Session}", $"flags={_flags}"], cancellation);
        if (!isHeld) return false;
        Token = revision;
        _watching = WatchAsync(revision);
        return true;
    }

    /// <summary>Renews until the end. A session that cannot be renewed for its whole time is given up, before others may hold the lock: it lives for twice that.</summary>
    private async Task RenewAsync()
    {
        var renewed = Stopwatch.GetTimestamp();
        while (!_ending.IsCancellationRequested)
        {
            await Task.Delay(_ttl / 3, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_ending.IsCancellationRequested) return;
            var asked = Stopwatch.GetTimestamp();
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
                limit.CancelAfter(_ttl);
                await _client.RenewSessionAsync(Session, limit.Token);
                renewed = asked;
            }
            catch (CommandFailedException gone) when (gone.ExitCode == ExitCode.NotFound)
            {
                _lost.TrySetResult("its session has ended");
                return;
            }
            catch (Exception failed) when (failed is CommandFailedException or OperationCanceledException)
            {
                if (Stopwatch.GetElapsedTime(renewed) < _ttl) continue;
                _lost.TrySetResult($"its session could not be renewed for {_ttl.TotalSeconds:0} s");
                return;
            }
        }
    }

    /// <summary>Watches the key for another holder, or none.</summary>
    private async Task WatchAsync(long index)
    {
        while (!_ending.IsCancellationRequested && !Lost.IsCompleted)
        {
            try
            {
                var (keys, seen) = await _client.ReadAsync(_key, [$"index={index}", KvClient.Wait], _ending.Token);
                if (keys.FirstOrDefault()?.Session != Session) _lost.TrySetResult(keys.Length == 0 ? "the key was deleted" : "the session holds the key no more");
                index = seen;
            }
            catch (Exception failed) when (failed is CommandFailedException or OperationCanceledException)
            {
                // Whether the lock is held still is the session's question.
                await Task.Delay(Pause, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
