using System.Collections.Immutable;
using System.Text;

using Microsoft.Extensions.Logging;

using Skerry.Agent.Configuration;
using Skerry.Agent.Configuration.Objects;
using Skerry.Catalog;
using Skerry.Gateway;
using Skerry.Manifest;
using Skerry.Primitives;

namespace Skerry.Agent.Adapters;

/// <summary>
/// Keeps this node's gateway on what its group has agreed on. Until the group has agreed on anything the file's section is in effect, and it is what a group without gateway
/// objects begins with. What cannot be done on this node is told in the catalog and tried again; nothing here can hold up the log.
/// </summary>
/// <param name="gateway">This node's gateway.</param>
/// <param name="catalog">Where the node tells how it fares.</param>
/// <param name="kept">The set in effect last, for a start without the group.</param>
/// <param name="node">This node's name.</param>
/// <param name="time">Clock and timers.</param>
/// <param name="logger">For what is applied and what is not.</param>
internal sealed class GatewayFollower(GatewayServer gateway, ServiceCatalog catalog, KeptGateway kept, string node, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>A port that is in use is seldom free a moment later.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly BackgroundTasks _tasks = new();
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly SemaphoreSlim _woken = new(0, 1);
    private FileGateway _file = FileGateway.None;
    private ObjectStore? _store;
    private long _applied;
    private bool _hasHeard;
    private ImmutableArray<string> _faults = [];

    /// <summary>Whether the group's objects are in effect, and not the file's.</summary>
    public bool IsRuled => Volatile.Read(ref _applied) > 0;

    /// <summary>Puts into effect what this node knows before it has heard from its group.</summary>
    public async Task StartAsync(FileGateway file, CancellationToken cancellation)
    {
        _file = file;
        if (kept.Read() is { } set && await TryApplyAsync(set, cancellation)) return;
        Tell(0, await gateway.ApplyWhatRunsAsync(file.Options, cancellation));
    }

    /// <summary>Follows the group from now on.</summary>
    public void Follow(ManifestNode manifest, ObjectStore store)
    {
        _store = store;
        _tasks.Launch(stopping => RunAsync(manifest, store, stopping));
    }

    /// <summary>Takes a file that was read again. It is in effect only while the group has agreed on nothing.</summary>
    /// <exception cref="GatewayException">It can run nowhere; what was in effect goes on.</exception>
    public async Task TakeFileAsync(FileGateway file, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var before = _file;
            _file = file;
            if (!IsRuled) Tell(0, await gateway.ApplyWhatRunsAsync(file.Options, cancellation));
            else if (!file.Says(before.Documents) && _store is { } store && (await store.ReadAsync(isSerializable: true, cancellation)).Set is { } set) Compare(set);
        }
        finally
        {
            _one.Release();
        }

        Wake();
    }

    /// <summary>Follows no more; what is in effect stays.</summary>
    public ValueTask StopAsync() => _tasks.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _tasks.DisposeAsync();
        _one.Dispose();
        _woken.Dispose();
    }

    private void Wake()
    {
        if (_woken.CurrentCount == 0) _woken.Release();
    }

    private async Task RunAsync(ManifestNode manifest, ObjectStore store, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            using var stream = manifest.Watch();
            try
            {
                await stream.AddAsync(new WatchRequest { Range = store.ChangeKey }, stopping);
                // The watcher is there before the first look, so that nothing comes between.
                await stream.TakeAsync(stopping);
                await FollowAsync(stream, store, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // As told.
            }
        }
    }

    /// <summary>Looks whenever something may be new, until the watcher ends because it fell behind a compaction.</summary>
    private async Task FollowAsync(WatchStream stream, ObjectStore store, CancellationToken stopping)
    {
        var (told, woken) = (stream.TakeAsync(stopping).AsTask(), _woken.WaitAsync(stopping));
        while (true)
        {
            var isDone = await TryLookAsync(store, stopping);
            if (isDone) await Task.WhenAny(told, woken);
            else await Task.WhenAny(told, woken, Task.Delay(Pause, time, stopping));
            stopping.ThrowIfCancellationRequested();
            if (woken.IsCompleted) woken = _woken.WaitAsync(stopping);
            while (told.IsCompleted)
            {
                if ((await told).Kind is not (WatchMessageKind.Events or WatchMessageKind.Progress)) return;
                told = stream.TakeAsync(stopping).AsTask();
            }
        }
    }

    /// <summary>Nothing that goes wrong with one set keeps the next from being looked at.</summary>
    private async Task<bool> TryLookAsync(ObjectStore store, CancellationToken stopping)
    {
        try
        {
            return await LookAsync(store, stopping);
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            AgentLog.GatewayBroken(logger, broken);
            return false;
        }
    }

    /// <summary>Applies the newest set, or seeds the first one.</summary>
    /// <returns>Whether nothing is left to be done until something changes.</returns>
    private async Task<bool> LookAsync(ObjectStore store, CancellationToken stopping)
    {
        var set = (await store.ReadAsync(isSerializable: true, stopping)).Set;
        // This node's log is behind what it had before a restart, or the group was given an older state: only the group knows which.
        if (set?.Revision < _applied) set = (await store.ReadAsync(isSerializable: false, stopping)).Set;
        if (set is null) return false;
        if (set.Revision == 0) return _file.Objects.IsEmpty || await SeedAsync(store, stopping);
        if (set.Revision == _applied && _faults.IsEmpty) return true;
        await _one.WaitAsync(stopping);
        try
        {
            var isFirst = !_hasHeard;
            if (!await TryApplyAsync(set, stopping)) return true;
            kept.Write(set);
            _hasHeard = true;
            if (isFirst) Compare(set);
            return _faults.IsEmpty;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Gives the group what this node's file has, if it has nothing yet. Of several nodes that do, one comes first, and its file it is.</summary>
    private async Task<bool> SeedAsync(ObjectStore store, CancellationToken stopping)
    {
        if ((await store.ReadAsync(isSerializable: false, stopping)).Set is not { } proved) return false;
        if (proved.Revision > 0) return true;
        var file = _file;
        var writes = file.Objects.Select(item => new ObjectWrite(item.Kind.Name, item.Name, item.Document)).ToArray();
        var commit = await store.CommitAsync(proved, writes, new ObjectNote(time.GetUtcNow(), node, $"seeded from {file.Source}"), stopping);
        if (commit.IsDone) AgentLog.GatewaySeeded(logger, writes.Length, file.Source);
        return commit.IsDone || commit.IsOutdated;
    }

    private async Task<bool> TryApplyAsync(ObjectSet set, CancellationToken cancellation)
    {
        try
        {
            var faults = await gateway.ApplyWhatRunsAsync(GatewayObjects.Bind(set.Objects.Select(GatewayObject.Of).OfType<GatewayObject>()), cancellation);
            var isNew = Volatile.Read(ref _applied) != set.Revision;
            Volatile.Write(ref _applied, set.Revision);
            if (isNew) AgentLog.GatewayFollowed(logger, set.Revision, set.Objects.Length);
            Tell(set.Revision, faults);
            return true;
        }
        catch (Exception refused) when (refused is ConfigurationRefusedException or GatewayException or Configuration.Yaml.YamlRefusedException)
        {
            // Written by a version of Skerry that knows more than this one, or on another system: what was in effect goes on.
            Tell(_applied, [refused.Message.Split('\n')[0]]);
            return false;
        }
    }

    private void Tell(long revision, ImmutableArray<GatewayFault> faults) => Tell(revision, [.. faults.Select(fault => $"listener/{fault.Listener}: {fault.Message}")]);

    /// <summary>Logs what is new, and tells the group how this node fares.</summary>
    private void Tell(long revision, ImmutableArray<string> faults)
    {
        foreach (var fault in faults.Except(_faults)) AgentLog.GatewayFault(logger, revision, fault);
        if (faults.IsEmpty && !_faults.IsEmpty) AgentLog.GatewayWell(logger, revision);
        _faults = faults;
        var told = new GatewayFacts { Revision = (ulong)revision, Faults = [.. faults.Take(GatewayFacts.MaxFaults).Select(Short)] };
        // Said is said: whether neighbours have heard it already is not waited for.
        _ = catalog.SetGatewayAsync(told, CancellationToken.None);
    }

    private static string Short(string fault)
    {
        while (Encoding.UTF8.GetByteCount(fault) > GatewayFacts.MaxText) fault = fault[..(fault.Length - 4)].TrimEnd('…') + "…";
        return fault;
    }

    /// <summary>A file that says something else than the group is not obeyed; whoever wrote it is told, and how to have it obeyed.</summary>
    private void Compare(ObjectSet set)
    {
        var different = _file.Objects.Where(item => set.Find(item.Kind.Name, item.Name)?.Document != item.Document).Select(item => item.Id).ToArray();
        if (different.Length > 0) AgentLog.GatewayFileOverruled(logger, _file.Source, string.Join(", ", different), _file.Source);
    }
}
