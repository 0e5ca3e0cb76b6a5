using System.Diagnostics;

using Skerry.Replication;
using Skerry.Replication.Tests;

using Record = Skerry.Replication.Record;

namespace Skerry.Catalog.Tests.Sites;

/// <summary>Groups that see each other.</summary>
public sealed class SitesTests : IAsyncLifetime
{
    private SiteMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await SiteMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task What_a_group_exports_every_node_of_every_other_sees_and_the_rest_never_leaves_it()
    {
        await _mesh["atoll-2"].RegisterAsync(
            Examples.Service("orders") with { Exported = true, Tags = ["v2"], Port = 5432, Weights = new ServiceWeights(3, 2) }, Examples.Ttl("orders-ttl"));
        await _mesh["atoll-2"].ReportAsync("orders-ttl", CheckStatus.Warning, "secret of the house");
        await _mesh["atoll-2"].RegisterAsync(Examples.Service("ledger") with { Tags = ["hidden"] });
        await _mesh.SeenAsync("atoll", view => view.Nodes.Count == 3 && view.Instances("orders") is [{ Status: CheckStatus.Warning }]);

        var entry = _mesh.View("cape-3", "atoll")!.Instances("orders")[0];
        Assert.Equal(("atoll-2", "atoll", true), (entry.Node.Name, entry.Node.Group, entry.Node.Alive));
        Assert.Equal(SiteMesh.TunnelOf("atoll-2"), entry.Node.Tunnel);
        Assert.Equal((5432, new ServiceWeights(3, 2), "v2"), (entry.Service.Port, entry.Service.Weights, entry.Service.Tags[0]));
        Assert.Equal(["serfHealth", "group:orders"], entry.Checks.Select(check => check.Definition.Id));

        // Of what is not exported not a byte went out by any door, nor what checks say.
        await _mesh["atoll-2"].RegisterAsync(Examples.Service("late") with { Exported = true });
        await _mesh.SeenAsync("atoll", view => view.Instances("late").Length == 1);
        Assert.All(_mesh.Doors.Values, door => Assert.Equal(0, door.Count("ledger") + door.Count("hidden") + door.Count("secret of the house")));
        Assert.All(_mesh.Catalogs.Keys.Where(name => SiteMesh.GroupOf(name) != "atoll"), name =>
        {
            Assert.Equal(["late", "orders"], _mesh.View(name, "atoll")!.ServiceNames);
            Assert.Empty(_mesh[name].Current.ServiceNames);
        });
        Assert.DoesNotContain("atoll", _mesh["atoll-1"].Current.Groups.Keys);
    }

    [Fact]
    public async Task What_is_exported_no_more_or_deregistered_is_gone_everywhere()
    {
        await _mesh["bay-1"].RegisterAsync(Examples.Service("one") with { Exported = true });
        await _mesh["bay-1"].RegisterAsync(Examples.Service("two") with { Exported = true });
        await _mesh.SeenAsync("bay", view => view.ServiceNames.SequenceEqual(["one", "two"]));
        await _mesh["bay-1"].RegisterAsync(Examples.Service("one"));
        await _mesh.SeenAsync("bay", view => view.ServiceNames.SequenceEqual(["two"]));
        await _mesh["bay-1"].DeregisterServiceAsync("two", CancellationToken.None);
        await _mesh.SeenAsync("bay", view => view.ServiceNames.Count == 0);
    }

    [Fact]
    public async Task Every_node_knows_every_groups_bridges_and_hears_of_their_change()
    {
        var all = _mesh.Catalogs.Keys.ToArray();
        await Eventually.HoldsAsync(() => _mesh.Catalogs.Values.All(catalog => catalog.IsBridge && catalog.Bridges.Keys.SequenceEqual(all)));
        Assert.Equal(SiteMesh.TunnelOf("cape-2"), _mesh["atoll-1"].Bridges["cape-2"]);

        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _mesh["atoll-1"].Changed += _ =>
        {
            if (!_mesh["atoll-1"].Bridges.ContainsKey("cape-2")) heard.TrySetResult();
        };
        await _mesh["cape-2"].SetTunnelAsync(SiteMesh.TunnelOf("cape-2") with { IsBridge = false }, CancellationToken.None);
        await heard.Task.WaitAsync(Examples.Limit);
        Assert.False(_mesh["cape-2"].IsBridge);
        await _mesh.SeenAsync("cape", view => view.IsReachable && view.Nodes.Count == 3);
    }

    [Fact]
    public async Task A_killed_bridge_is_replaced_and_nothing_but_its_own_services_is_lost()
    {
        await _mesh["cape-1"].RegisterAsync(Examples.Service("web", "web-1") with { Exported = true });
        await _mesh["cape-3"].RegisterAsync(Examples.Service("web", "web-3") with { Exported = true });
        await _mesh.SeenAsync("cape", view => view.Instances("web").Length == 2 && view.Via.EndsWith("-1", StringComparison.Ordinal));

        // The source of what the others hear, and the one that tells it in the first group.
        await _mesh.KillAsync("cape-1");
        await _mesh.KillAsync("atoll-1");
        await _mesh.SeenAsync("cape", view => view.IsReachable && view.Instances("web") is [{ Status: CheckStatus.Critical }, { Status: CheckStatus.Passing }]);
        // The first by name of those that are left, once it has told all.
        await Eventually.HoldsAsync(() => _mesh.View("atoll-3", "cape")!.Via == "atoll-2");
        await Eventually.HoldsAsync(() => _mesh["bay-1"].Bridges.Keys.Where(name => SiteMesh.GroupOf(name) == "cape").SequenceEqual(["cape-2", "cape-3"]));

        // News still comes, by those that are left.
        await _mesh["cape-2"].RegisterAsync(Examples.Service("late") with { Exported = true });
        await _mesh.SeenAsync("cape", view => view.Instances("late") is [{ Status: CheckStatus.Passing }]);
    }

    [Fact]
    public async Task A_group_that_falls_silent_is_missed_though_its_connections_look_open()
    {
        await _mesh.SeenAsync("cape", view => view.IsReachable && view.Nodes.Count == 3);
        foreach (var name in _mesh.Doors.Keys.Where(name => SiteMesh.GroupOf(name) == "cape")) _mesh.Doors[name].IsSilent = true;
        await _mesh.SeenAsync("cape", view => !view.IsReachable && view.Nodes.Values.All(node => !node.Alive));
        foreach (var door in _mesh.Doors.Values) door.IsSilent = false;
        await _mesh.SeenAsync("cape", view => view.IsReachable && view.Nodes.Values.All(node => node.Alive));
    }

    [Fact]
    public async Task Of_many_willing_nodes_three_are_bridges_and_when_one_fails_the_next_takes_its_place()
    {
        for (var number = 4; number <= 6; number++) await _mesh.AddAsync($"cape-{number}");
        await _mesh.AddAsync("cape-7", isWilling: false);
        _mesh.Look();
        var group = _mesh.Catalogs.Where(entry => SiteMesh.GroupOf(entry.Key) == "cape").ToDictionary();
        await Eventually.HoldsAsync(() => group.Values.All(catalog => catalog.Current.Nodes.Values.Count(node => node.Tunnel.IsBridge) == 6));
        var before = group.Where(entry => entry.Value.IsBridge).Select(entry => entry.Key).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(3, before.Length);
        Assert.All(group.Values, catalog => Assert.Equal(before, catalog.Bridges.Keys.Where(name => SiteMesh.GroupOf(name) == "cape")));
        await _mesh["cape-7"].RegisterAsync(Examples.Service("web") with { Exported = true });
        await _mesh.SeenAsync("cape", view => view.Nodes.Count == 7 && view.Instances("web").Length == 1);

        await _mesh.KillAsync(before[0]);
        group.Remove(before[0]);
        await Eventually.HoldsAsync(() => group.Values.Count(catalog => catalog.IsBridge) == 3);
        Assert.Equal(before[1..], group.Where(entry => entry.Value.IsBridge).Select(entry => entry.Key).Where(before.Contains).Order(StringComparer.Ordinal));
        await _mesh.SeenAsync("cape", view => view.IsReachable && view.Nodes.Count == 7 && !view.Nodes[before[0]].Alive && view.Instances("web") is [{ Status: CheckStatus.Passing }]);
        // Who is no bridge tells nobody anything, and knows all that the bridges do.
        var silent = group.First(entry => !entry.Value.IsBridge);
        await Eventually.HoldsAsync(() => silent.Value.Current.Groups.Values.All(other => other is { IsReachable: true, Nodes.Count: 3 } && other.Via != silent.Key));
    }

    [Fact]
    public async Task What_one_record_does_not_hold_goes_in_several_and_all_of_it_arrives_and_ends()
    {
        var padding = new string('x', 250);
        for (var i = 0; i < 40; i++)
            await _mesh["bay-2"].RegisterAsync(Examples.Service("bulk", $"bulk-{i:00}") with { Exported = true, Tags = [.. Enumerable.Repeat(padding, 8)] });
        await _mesh.SeenAsync("bay", view => view.Instances("bulk").Length == 40);
        Assert.Equal(40, _mesh.View("cape-1", "bay")!.InstancesOn("bay-2").Length);
        for (var i = 1; i < 40; i++) await _mesh["bay-2"].DeregisterServiceAsync($"bulk-{i:00}", CancellationToken.None);
        await _mesh.SeenAsync("bay", view => view.Instances("bulk") is [{ Service.Id: "bulk-00" }]);
        var refused = await Assert.ThrowsAsync<CatalogException>(
            () => _mesh["bay-2"].RegisterAsync(Examples.Service("huge") with { Exported = true, Tags = [.. Enumerable.Repeat(padding, 64)] }));
        Assert.Equal("Exported", refused.Field);
    }

    [Fact]
    public async Task A_bridge_that_runs_as_much_as_a_node_may_tells_less_of_others()
    {
        await _mesh.SeenAsync("bay", view => view.Nodes.Count == 3);
        var full = new List<ServiceRegistration>();
        for (var i = 0; i < Record.MaxPerOwner - 1; i++) full.Add(new ServiceRegistration(Examples.Service("s", $"s-{i}"), []));
        await _mesh["atoll-1"].ReplaceServicesAsync([], full, CancellationToken.None);
        Assert.Equal(Record.MaxPerOwner - 1, _mesh["atoll-1"].Current.Instances("s").Length);
        await Eventually.HoldsAsync(() => _mesh.View("atoll-1", "bay") is { Via: "atoll-2", Nodes.Count: 3 });
        await _mesh["atoll-1"].ReplaceServicesAsync([.. full.Select(service => service.Service.Id)], [], CancellationToken.None);
        await Eventually.HoldsAsync(() => _mesh.View("atoll-3", "bay") is { Via: "atoll-1", Nodes.Count: 3 });
    }

    [Fact]
    public async Task A_restarted_bridge_takes_its_place_again()
    {
        await _mesh["bay-3"].RegisterAsync(Examples.Service("web") with { Exported = true });
        await _mesh.SeenAsync("bay", view => view.Instances("web").Length == 1);
        await _mesh.KillAsync("bay-1");
        await _mesh.KillAsync("atoll-1");
        await _mesh.AddAsync("bay-1");
        await _mesh.AddAsync("atoll-1");
        _mesh.Look();
        await _mesh.SeenAsync("bay", view => view.IsReachable && view.Via.EndsWith("-1", StringComparison.Ordinal) && view.Nodes.Values.All(node => node.Alive) && view.Instances("web").Length == 1);
    }

    [Fact]
    public async Task A_node_that_fails_in_its_group_is_not_alive_in_the_others_and_one_that_left_is_gone()
    {
        await _mesh["bay-3"].RegisterAsync(Examples.Service("web") with { Exported = true });
        await _mesh.SeenAsync("bay", view => view.Instances("web") is [{ Status: CheckStatus.Passing }]);
        foreach (var name in (string[])["bay-1", "bay-2"]) _mesh[name].SetLiveness("bay-3", "127.0.0.1", NodeLiveness.Failed);
        await _mesh.SeenAsync("bay", view => !view.Nodes["bay-3"].Alive && view.Instances("web") is [{ Status: CheckStatus.Critical }]);
        foreach (var name in (string[])["bay-1", "bay-2"]) _mesh[name].SetLiveness("bay-3", "127.0.0.1", NodeLiveness.Gone);
        await _mesh.SeenAsync("bay", view => view.Nodes.Keys.SequenceEqual(["bay-1", "bay-2"]) && view.ServiceNames.Count == 0);
    }

    [Fact]
    public async Task A_group_that_is_cut_off_counts_as_critical_goes_on_inside_and_heals_by_what_differs()
    {
        // Enough that sending it again would show.
        var padding = new string('x', 200);
        for (var i = 0; i < 100; i++)
            await _mesh[$"atoll-{1 + (i % 3)}"].RegisterAsync(Examples.Service("bulk", $"bulk-{i}") with { Exported = true, Tags = [padding] });
        await _mesh["bay-1"].RegisterAsync(Examples.Service("shop") with { Exported = true });
        await _mesh.SeenAsync("atoll", view => view.Instances("bulk").Length == 100);
        await _mesh.SeenAsync("bay", view => view.Instances("shop").Length == 1);
        var whole = await QuietAsync("bulk");

        _mesh.SetCut("atoll", true);
        await _mesh.SeenAsync("atoll", view => !view.IsReachable && view.Instances("bulk").All(entry => entry.Status == CheckStatus.Critical && !entry.Node.Alive));
        await Eventually.HoldsAsync(() => !_mesh.View("atoll-3", "bay")!.IsReachable);
        await Eventually.HoldsAsync(() => _mesh.View("cape-3", "bay")!.IsReachable);
        Assert.All(_mesh["atoll-3"].Current.Instances("bulk"), entry => Assert.Equal(CheckStatus.Passing, entry.Status));
        // Whom to try is still known.
        Assert.Contains("atoll-2", _mesh["cape-3"].Bridges.Keys);
        await _mesh["atoll-2"].RegisterAsync(Examples.Service("grown") with { Exported = true });
        await _mesh["bay-1"].DeregisterServiceAsync("shop", CancellationToken.None);
        await _mesh.SeenAsync("bay", view => !view.IsReachable || view.ServiceNames.Count == 0);

        // What differs is the record of one node of three: those of the others do not travel again.
        await QuietAsync("bulk");
        var (others, before) = (CountOf("bulk-0\"") + CountOf("bulk-2\""), SentBytes);
        _mesh.SetCut("atoll", false);
        await _mesh.SeenAsync("atoll", view => view.IsReachable && view.Instances("grown").Length == 1 && view.Instances("bulk").All(entry => entry.Status == CheckStatus.Passing));
        await _mesh.SeenAsync("bay", view => view.IsReachable && view.ServiceNames.Count == 0);
        await QuietAsync("bulk");
        Assert.Equal(others, CountOf("bulk-0\"") + CountOf("bulk-2\""));
        TestContext.Current.SendDiagnosticMessage($"Healing took {SentBytes - before} bytes by all doors, telling it all the first time {whole}.");
    }

    private long SentBytes => _mesh.Doors.Values.Sum(door => door.SentBytes);

    /// <summary>Waits until nothing with a text has gone out for as long as three rounds of rumours take.</summary>
    /// <returns>All bytes that went out until then.</returns>
    private async Task<long> QuietAsync(string text)
    {
        var (count, since) = (CountOf(text), Stopwatch.GetTimestamp());
        await Eventually.HoldsAsync(() =>
        {
            var now = CountOf(text);
            if (now != count) (count, since) = (now, Stopwatch.GetTimestamp());
            return Stopwatch.GetElapsedTime(since) > 3 * ReplicationPace.Wide.Round;
        });
        return SentBytes;
    }

    private int CountOf(string text) => _mesh.Doors.Values.Sum(door => door.Count(text));
}
