using Microsoft.Extensions.Logging;

using Skerry.Manifest;

namespace Skerry.Api.Acl;

/// <summary>Tokens and policies as this node has them: read from its own copy of the manifest whenever they change, so that a check asks nobody.</summary>
/// <param name="manifest">What the group agrees on.</param>
/// <param name="logger">For what cannot be read.</param>
internal sealed class AclReplica(ManifestNode manifest, ILogger logger)
{
    /// <summary>Before a watch that ended is begun again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly RangeOp All = new() { Range = KeyRange.Prefix("_skerry/acl/"u8), IsSerializable = true };

    private readonly Lock _gate = new();
    private volatile AclState _state = AclState.Empty;

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>As it was read last.</summary>
    public AclState State => _state;

    /// <summary>Ends when it is read again.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Follows the manifest until it is told to end.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            using var watch = manifest.Watch();
            await watch.AddAsync(new WatchRequest { Range = All.Range }, stopping);
            WatchMessageKind told;
            do
            {
                // Every message means that something may have changed; what, is read.
                told = (await watch.TakeAsync(stopping)).Kind;
                await RefreshAsync(stopping);
            }
            while (told is WatchMessageKind.Created or WatchMessageKind.Events or WatchMessageKind.Progress);
            // Compacted: the whole state was restored, or much has happened. Begin anew at once.
            if (told != WatchMessageKind.Compacted) await Task.Delay(Pause, stopping);
        }
    }

    /// <summary>Reads again; whoever has just changed something does, too, and goes by it at once.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        if (await manifest.RangeAsync(All, cancellation) is not RangeResult { IsDone: true } range) return;
        lock (_gate)
        {
            // Two may read at once: the older one is of no use.
            if (range.Revision < _state.Revision) return;
            var fresh = AclState.Read(range, _state);
            foreach (var key in fresh.Unreadable.Except(_state.Unreadable)) ApiLog.UnreadableAcl(logger, key);
            _state = fresh;
            Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }
}
