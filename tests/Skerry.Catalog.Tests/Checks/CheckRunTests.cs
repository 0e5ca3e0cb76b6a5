using System.Collections.Concurrent;

using Microsoft.AspNetCore.Http;

using Skerry.Catalog.Checks;
using Skerry.Replication.Tests;

namespace Skerry.Catalog.Tests.Checks;

/// <summary>When checks run, and what becomes of what they find: the clock is moved by hand, the target is real.</summary>
public sealed class CheckRunTests : IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private readonly TestMeters _meters = new();
    private readonly InMemoryNetwork _network = new();
    private readonly ConcurrentQueue<TimeSpan> _runs = new();
    private ServiceCatalog _catalog = null!;
    private TestServer _server = null!;
    private RequestDelegate _answer = _ => Task.CompletedTask;

    [Fact]
    public async Task The_first_run_comes_within_a_second_the_second_after_half_an_interval_to_one_and_then_one_each_interval()
    {
        await StartAsync();
        await _catalog.RegisterAsync(Examples.Service("web"), Check());
        await RunUntilAsync(5);
        var runs = _runs.ToArray();
        Assert.InRange(runs[0], TimeSpan.Zero, Second);
        Assert.InRange(runs[1] - runs[0], TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10.2));
        Assert.All(runs.Skip(2).Zip(runs.Skip(1), (later, earlier) => later - earlier), gap => Assert.InRange(gap, TimeSpan.FromSeconds(9.8), TimeSpan.FromSeconds(10.2)));
        Assert.Equal(CheckStatus.Passing, _catalog.StatusOf("web"));
    }

    [Fact]
    public async Task Checks_registered_together_do_not_go_on_together()
    {
        var paths = new ConcurrentDictionary<string, List<TimeSpan>>();
        _answer = http =>
        {
            var times = paths.GetOrAdd(http.Request.Path, _ => []);
            lock (times) times.Add(_time.GetUtcNow() - DateTimeOffset.UnixEpoch);
            return Task.CompletedTask;
        };
        await StartAsync();
        var checks = Enumerable.Range(0, 20).Select(i => Check($"check-{i}") with { Target = $"http://{_server.Address}/{i}" }).ToArray();
        await _catalog.RegisterAsync(Examples.Service("web"), checks);
        await RunUntilAsync(60);
        var third = paths.Values.Select(times => times.ElementAtOrDefault(2)).Where(time => time > TimeSpan.Zero).ToArray();
        Assert.NotEmpty(third);
        Assert.InRange(paths.Values.Select(times => times[1]).Distinct().Count(), 10, 20);
    }

    [Fact]
    public async Task A_run_that_hangs_is_cut_off_at_its_timeout_and_no_other_begins_meanwhile()
    {
        var release = new TaskCompletionSource();
        var (running, most) = (0, 0);
        _answer = async http =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await release.Task.WaitAsync(http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Decrement(ref running);
        };
        await StartAsync();
        await _catalog.RegisterAsync(Examples.Service("web"), Check() with { Interval = Second, Timeout = TimeSpan.FromSeconds(20), InitialStatus = CheckStatus.Passing });
        await RunUntilAsync(1);
        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(CheckStatus.Passing, _catalog.StatusOf("web"));
        Assert.Single(_runs);

        _time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.HoldsAsync(() => _catalog.StatusOf("web") == CheckStatus.Critical);
        Assert.Equal("Timed out (20s) running check", _catalog.LocalChecks["page"].Output);
        await RunUntilAsync(2);
        Assert.Equal(1, most);
        release.SetResult();
    }

    [Fact]
    public async Task A_late_result_of_a_check_that_was_deregistered_changes_nothing()
    {
        var release = new TaskCompletionSource();
        _answer = async http =>
        {
            await release.Task;
            http.Response.StatusCode = 500;
        };
        await StartAsync();
        await _catalog.RegisterAsync(Examples.Service("web"), Check() with { InitialStatus = CheckStatus.Passing });
        await RunUntilAsync(1);
        Assert.True(await _catalog.DeregisterCheckAsync("page", CancellationToken.None));
        var before = _catalog.Current;
        release.SetResult();
        await Eventually.HoldsAsync(() => _meters.Sum("skerry.catalog.checks.runs") == 1, () => "the run's end");
        Assert.Same(before, _catalog.Current);
        Assert.Empty(_catalog.LocalChecks);
        Assert.Equal(CheckStatus.Passing, _catalog.StatusOf("web"));
    }

    [Fact]
    public async Task A_late_result_does_not_answer_for_the_check_registered_in_its_place()
    {
        var release = new TaskCompletionSource();
        _answer = async http =>
        {
            if (http.Request.Path != "/old") return;
            await release.Task;
            http.Response.StatusCode = 500;
        };
        await StartAsync();
        await _catalog.RegisterAsync(Examples.Service("web"), Check() with { Target = $"http://{_server.Address}/old" });
        await RunUntilAsync(1);
        await _catalog.RegisterAsync(Examples.Service("web"), Check() with { Target = $"http://{_server.Address}/new" });
        await RunUntilAsync(2);
        await Eventually.HoldsAsync(() => _catalog.StatusOf("web") == CheckStatus.Passing);
        release.SetResult();
        await Eventually.HoldsAsync(() => _meters.Sum("skerry.catalog.checks.runs") == 2, () => "both runs' ends");
        Assert.Equal(CheckStatus.Passing, _catalog.StatusOf("web"));
    }

    [Fact]
    public async Task A_report_that_does_not_come_in_time_makes_a_ttl_check_critical_and_keeps_its_last_words()
    {
        await StartAsync();
        await _catalog.RegisterAsync(Examples.Service("web"), Examples.Ttl("ttl"));
        await _catalog.ReportAsync("ttl", CheckStatus.Passing, "all well");
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(CheckStatus.Passing, _catalog.StatusOf("web"));
        await _catalog.ReportAsync("ttl", CheckStatus.Passing, "all well");
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(CheckStatus.Passing, _catalog.StatusOf("web"));

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(CheckStatus.Critical, _catalog.StatusOf("web"));
        Assert.Equal("TTL expired (last output before timeout follows): all well", _catalog.LocalChecks["ttl"].Output);
        await _catalog.ReportAsync("ttl", CheckStatus.Warning, "back");
        Assert.Equal(CheckStatus.Warning, _catalog.StatusOf("web"));
    }

    [Fact]
    public async Task Output_that_changes_alone_is_known_here_at_once_and_to_the_group_later()
    {
        await StartAsync();
        await using var other = await Examples.StartAsync(Examples.Options("b"), _network.Join("b"));
        _catalog.SetLiveness("b", "127.0.0.1", NodeLiveness.Alive);
        other.SetLiveness("a", "127.0.0.1", NodeLiveness.Alive);
        await _catalog.RegisterAsync(Examples.Service("web"), Examples.Ttl("ttl") with { TimeToLive = TimeSpan.FromHours(1) });
        await _catalog.ReportAsync("ttl", CheckStatus.Passing, "1 client");
        await Eventually.HoldsAsync(() => OutputAt(other) == "1 client", () => OutputAt(other));
        // Not the whole view's: what the other node says of itself may come at any time.
        var index = _catalog.Current.NodeIndex("a");

        await _catalog.ReportAsync("ttl", CheckStatus.Passing, "2 clients");
        await _catalog.ReportAsync("ttl", CheckStatus.Passing, "3 clients");
        Assert.Equal("3 clients", _catalog.LocalChecks["ttl"].Output);
        _time.Advance(TimeSpan.FromMinutes(2.4));
        Assert.Equal(index, _catalog.Current.NodeIndex("a"));
        Assert.Equal("1 client", OutputAt(other));

        // Half to one and a half times five minutes.
        _time.Advance(TimeSpan.FromMinutes(5.2));
        Assert.True(_catalog.Current.NodeIndex("a") > index);
        await Eventually.HoldsAsync(() => OutputAt(other) == "3 clients", () => OutputAt(other));

        // With a change of the status it goes at once.
        await _catalog.ReportAsync("ttl", CheckStatus.Passing, "4 clients");
        await _catalog.ReportAsync("ttl", CheckStatus.Warning, "5 clients");
        await Eventually.HoldsAsync(() => OutputAt(other) == "5 clients", () => OutputAt(other));
    }

    [Fact]
    public async Task Output_is_cut_to_what_is_kept()
    {
        await StartAsync();
        await _catalog.RegisterAsync(Examples.Service("web"), Examples.Ttl("ttl"));
        await _catalog.ReportAsync("ttl", CheckStatus.Passing, new string('€', 5000));
        Assert.Equal(new string('€', CheckResult.MaxOutput / 3), _catalog.LocalChecks["ttl"].Output);
    }

    [Fact]
    public async Task A_service_that_stays_critical_is_removed_with_all_its_checks()
    {
        await StartAsync();
        var after = TimeSpan.FromMinutes(2);
        await _catalog.RegisterAsync(Examples.Service("web"), Examples.Ttl("ttl") with { DeregisterCriticalServiceAfter = after }, Examples.Ttl("second"));
        await _catalog.RegisterAsync(Examples.Service("db"), Examples.Ttl("db-ttl"));
        _time.Advance(TimeSpan.FromSeconds(110));
        // Well again: the time begins anew.
        await _catalog.ReportAsync("ttl", CheckStatus.Passing);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Contains("web", _catalog.LocalServices.Keys);
        await _catalog.ReportAsync("ttl", CheckStatus.Critical);
        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.Contains("web", _catalog.LocalServices.Keys);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.HoldsAsync(() => _catalog.LocalServices.Keys.SequenceEqual(["db"]));
        Assert.Equal(["db-ttl"], _catalog.LocalChecks.Keys);
        Assert.Empty(_catalog.Current.Instances("web"));
        Assert.Equal(["serfHealth", "db-ttl"], _catalog.Current.ChecksOn("a").Select(check => check.Definition.Id));
    }

    [Fact]
    public async Task Times_that_are_too_short_are_raised_and_a_timeout_not_given_is_ten_seconds()
    {
        await StartAsync();
        await _catalog.RegisterAsync(
            Examples.Service("web"),
            Check() with { Interval = TimeSpan.FromMilliseconds(1), DeregisterCriticalServiceAfter = TimeSpan.FromSeconds(1) },
            new CheckDefinition { Id = "plain", Name = "plain", Type = CheckType.Tcp, Target = "127.0.0.1:1" });
        var definition = _catalog.LocalChecks["page"].Definition;
        Assert.Equal((Second, TimeSpan.FromMinutes(1)), (definition.Interval, definition.DeregisterCriticalServiceAfter));
        Assert.Equal(TimeSpan.FromSeconds(10), _catalog.LocalChecks["plain"].Definition.Timeout);
    }

    [Fact]
    public async Task A_script_check_is_refused_unless_switched_on()
    {
        await using var catalog = await Examples.StartAsync(Examples.Options() with { EnableScriptChecks = false });
        var script = new CheckDefinition { Id = "script", Name = "script", Type = CheckType.Script, Arguments = ["/bin/true"] };
        var refused = await Assert.ThrowsAsync<CatalogException>(() => catalog.RegisterAsync(Examples.Service("web"), script));
        Assert.Equal("ScriptArgs", refused.Field);
        Assert.Empty(catalog.LocalServices);
    }

    [Fact]
    public async Task A_catalog_that_stops_waits_for_its_runs_and_leaves_none_behind()
    {
        var isLeft = new TaskCompletionSource();
        _answer = async http =>
        {
            http.RequestAborted.Register(isLeft.SetResult);
            await isLeft.Task;
        };
        await StartAsync();
        await _catalog.RegisterAsync(Examples.Service("web"), Check());
        await RunUntilAsync(1);
        await _catalog.DisposeAsync().AsTask().WaitAsync(Examples.Limit);
        _catalog = null!;
        await isLeft.Task.WaitAsync(Examples.Limit);
    }

    public async ValueTask DisposeAsync()
    {
        if (_catalog is not null) await _catalog.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    private static string OutputAt(ServiceCatalog catalog) =>
        catalog.Current.ChecksOn("a").SingleOrDefault(check => check.Definition.Id == "ttl")?.Output ?? "nothing";

    private async Task StartAsync()
    {
        var began = _time.GetUtcNow();
        _server = await TestServer.StartAsync(http =>
        {
            _runs.Enqueue(_time.GetUtcNow() - began);
            return _answer(http);
        });
        _catalog = Examples.Catalog(transport: _network.Join("a"), time: _time, meters: _meters);
        await _catalog.StartAsync(CancellationToken.None);
    }

    private CheckDefinition Check(string id = "page") => Examples.Http(id, $"http://{_server.Address}/");

    /// <summary>Moves the clock on, a tenth of a second at a time, until so many runs have reached the server; each is let end before time goes on.</summary>
    private async Task RunUntilAsync(int count)
    {
        while (_runs.Count < count)
        {
            _time.Advance(TimeSpan.FromSeconds(0.1));
            await Eventually.HoldsAsync(() => _meters.Sum("skerry.catalog.checks.running") == 0 || _runs.Count >= count, () => $"{_runs.Count} of {count} runs");
        }
    }
}
