using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Agent.Adapters;
using Skerry.Catalog;
using Skerry.Manifest;
using Skerry.Manifest.Tests;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>The catalog's news on one side, the group's sessions on the other.</summary>
public sealed class SessionKeeperTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stopping = new();
    private ServiceCatalog _catalog = null!;
    private ManifestNode _node = null!;
    private LogOfOne _log = null!;
    private Task _running = Task.CompletedTask;

    [Fact]
    public async Task A_failed_node_takes_its_sessions_with_it_and_no_others()
    {
        await CreateAsync("mine", "here", "serfHealth");
        await CreateAsync("theirs", "there", "serfHealth");
        await CreateAsync("free", "there");
        await _node.ExecuteAsync(new LockOp { Key = "door"u8.ToArray(), Session = "theirs" }, CancellationToken.None);
        _catalog.SetLiveness("there", "10.0.0.2", NodeLiveness.Failed);
        await UntilAsync("free mine");
        // Where nothing watches the node's health, only its end ends the session.
        _catalog.SetLiveness("there", "10.0.0.2", NodeLiveness.Gone);
        await UntilAsync("mine");
        var door = (RangeResult)await _node.RangeAsync(new RangeOp { Range = new KeyRange("door"u8.ToArray(), default) }, CancellationToken.None);
        Assert.Null(door.Entries[0].Facts!.Session);
    }

    [Fact]
    public async Task A_check_that_fails_or_goes_takes_its_sessions_with_it()
    {
        var check = new CheckDefinition { Id = "c", Name = "c", Type = CheckType.Ttl, TimeToLive = TimeSpan.FromHours(1), InitialStatus = CheckStatus.Passing };
        await _catalog.RegisterCheckAsync(check, CancellationToken.None);
        await _catalog.RegisterCheckAsync(check with { Id = "d", Name = "d" }, CancellationToken.None);
        await CreateAsync("one", "here", "c");
        await CreateAsync("two", "here", "d");
        await CreateAsync("three", "here");
        await _catalog.ReportTtlAsync("c", CheckStatus.Critical, "", CancellationToken.None);
        await UntilAsync("three two");
        await _catalog.DeregisterCheckAsync("d", CancellationToken.None);
        await UntilAsync("three");
    }

    [Fact]
    public async Task What_failed_while_nobody_led_is_seen_to_by_the_next_leader()
    {
        await CreateAsync("theirs", "there", "serfHealth");
        _log.IsLost = true;
        _catalog.SetLiveness("there", "10.0.0.2", NodeLiveness.Failed);
        _log.IsLost = false;
        await UntilAsync("");
    }

    public async ValueTask InitializeAsync()
    {
        var meters = new NoMeters();
        _catalog = new ServiceCatalog(new CatalogOptions { NodeName = "here", NodeId = "1", Group = "g", Address = "127.0.0.1" }, null, TimeProvider.System, NullLoggerFactory.Instance, meters);
        await _catalog.StartAsync(CancellationToken.None);
        _catalog.SetLiveness("there", "10.0.0.2", NodeLiveness.Alive);
        _node = new ManifestNode(new ManifestOptions(), TimeProvider.System, meters, NullLoggerFactory.Instance);
        _log = new LogOfOne(_node);
        _node.Start(_log);
        _running = new SessionKeeper(_node, _catalog, TimeProvider.System, NullLogger.Instance).RunAsync(_stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _node.DisposeAsync();
        await _catalog.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task CreateAsync(string id, string node, params string[] checks) =>
        Assert.True((await _node.CreateSessionAsync(new ManifestSession { Id = id, Node = node, Checks = checks }, CancellationToken.None)).IsDone);

    /// <summary>Waits until these sessions are left.</summary>
    private async Task UntilAsync(string expected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var (index, sessions) = _node.Sessions;
            var left = string.Join(' ', sessions.Select(session => session.Id));
            if (left == expected) return;
            await _node.SessionsChangedAsync(index, limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            Assert.False(limit.IsCancellationRequested, $"Did not come within 30 s: '{expected}'; there are '{left}'");
        }
    }
}
