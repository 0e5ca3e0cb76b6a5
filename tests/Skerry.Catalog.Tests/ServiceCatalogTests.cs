using Skerry.Replication.Tests;

namespace Skerry.Catalog.Tests;

public sealed class ServiceCatalogTests
{
    [Fact]
    public async Task A_registered_service_is_in_the_snapshot_with_its_checks_and_its_node()
    {
        await using var catalog = await Examples.StartAsync();
        await catalog.RegisterAsync(Examples.Service("web") with { Tags = ["v1"] }, Examples.Ttl("web-ttl"));

        var entry = Assert.Single(catalog.Current.Instances("web"));
        Assert.Equal("a", entry.Node.Name);
        Assert.Equal("127.0.0.1", entry.EffectiveAddress);
        Assert.Equal(["serfHealth", "web-ttl"], entry.Checks.Select(check => check.Definition.Id));
        Assert.Equal(CheckStatus.Critical, entry.Status);
        Assert.Equal("web", entry.Checks[1].ServiceName);
        Assert.Equal(["v1"], entry.Checks[1].ServiceTags);
        Assert.Equal(["web"], catalog.Current.ServiceNames);
        Assert.Equal(CheckStatus.Critical, catalog.LocalServices["web"].Status);
        Assert.Equal(entry, Assert.Single(catalog.Current.InstancesOn("a")));
    }

    [Fact]
    public async Task A_service_without_checks_passes_while_its_node_is_alive()
    {
        await using var catalog = await Examples.StartAsync();
        await catalog.RegisterAsync(Examples.Service("web"));
        Assert.Equal(CheckStatus.Passing, catalog.StatusOf("web"));
    }

    [Fact]
    public async Task A_report_changes_the_status_at_once_and_wakes_who_waits()
    {
        await using var catalog = await Examples.StartAsync();
        await catalog.RegisterAsync(Examples.Service("web"), Examples.Ttl("web-ttl"));
        var seen = catalog.Current;
        var next = catalog.NextAsync(seen, CancellationToken.None);
        Assert.False(next.IsCompleted);

        Assert.True(await catalog.ReportAsync("web-ttl", CheckStatus.Warning, "slow"));

        var after = await next.WaitAsync(Examples.Limit);
        Assert.True(after.Index > seen.Index);
        Assert.True(after.ServiceIndex("web") > seen.ServiceIndex("web"));
        Assert.Equal(CheckStatus.Warning, catalog.StatusOf("web"));
        Assert.Equal("slow", catalog.LocalChecks["web-ttl"].Output);
        Assert.False(await catalog.ReportAsync("other", CheckStatus.Passing));
    }

    [Fact]
    public async Task Waiting_with_an_old_snapshot_returns_at_once_and_a_cancelled_wait_ends()
    {
        await using var catalog = await Examples.StartAsync();
        var old = catalog.Current;
        await catalog.RegisterAsync(Examples.Service("web"));
        Assert.Same(catalog.Current, await catalog.NextAsync(old, CancellationToken.None));

        using var cancelled = new CancellationTokenSource();
        var waiting = catalog.NextAsync(catalog.Current, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Only_a_ttl_check_takes_reports()
    {
        await using var catalog = Examples.Catalog();
        await catalog.RegisterCheckAsync(Examples.Http("page", "http://127.0.0.1:1/"), CancellationToken.None);
        var refused = await Assert.ThrowsAsync<CatalogException>(() => catalog.ReportAsync("page", CheckStatus.Passing));
        Assert.Equal("CheckID", refused.Field);
    }

    [Fact]
    public async Task A_deregistered_service_takes_its_checks_along_and_its_index_still_grows()
    {
        await using var catalog = await Examples.StartAsync();
        await catalog.RegisterAsync(Examples.Service("web"), Examples.Ttl("web-ttl"));
        var before = catalog.Current.ServiceIndex("web");

        Assert.True(await catalog.DeregisterServiceAsync("web", CancellationToken.None));

        Assert.Empty(catalog.Current.Instances("web"));
        Assert.Empty(catalog.Current.ServiceNames);
        Assert.Empty(catalog.LocalChecks);
        Assert.Equal(["serfHealth"], catalog.Current.ChecksOn("a").Select(check => check.Definition.Id));
        Assert.True(catalog.Current.ServiceIndex("web") > before);
        Assert.False(await catalog.DeregisterServiceAsync("web", CancellationToken.None));
    }

    [Fact]
    public async Task Registering_again_keeps_what_a_check_says_and_can_end_the_checks_left_out()
    {
        await using var catalog = await Examples.StartAsync();
        await catalog.RegisterAsync(Examples.Service("web"), Examples.Ttl("one"), Examples.Ttl("two"));
        await catalog.ReportAsync("one", CheckStatus.Passing, "fine");

        await catalog.RegisterAsync(Examples.Service("web") with { Port = 81 }, Examples.Ttl("one"));
        Assert.Equal(["one", "two"], catalog.LocalChecks.Keys);
        Assert.Equal(CheckStatus.Passing, catalog.LocalChecks["one"].Status);
        Assert.Equal("fine", catalog.LocalChecks["one"].Output);

        await catalog.RegisterServiceAsync(Examples.Service("web"), [Examples.Ttl("one")], replaceExistingChecks: true, CancellationToken.None);
        Assert.Equal(["one"], catalog.LocalChecks.Keys);
        Assert.Equal(CheckStatus.Passing, catalog.StatusOf("web"));
    }

    [Fact]
    public async Task Saying_the_same_again_wakes_nobody()
    {
        await using var catalog = await Examples.StartAsync();
        await catalog.RegisterAsync(Examples.Service("web") with { Tags = ["a", "b"] });
        var before = catalog.Current;
        await catalog.RegisterAsync(Examples.Service("web") with { Tags = ["a", "b"] });
        Assert.Same(before, catalog.Current);
    }

    [Fact]
    public async Task Maintenance_makes_a_service_or_the_whole_node_critical_with_the_reason_as_notes()
    {
        await using var catalog = await Examples.StartAsync();
        await catalog.RegisterAsync(Examples.Service("web"));
        await catalog.RegisterAsync(Examples.Service("db"));

        Assert.True(await catalog.SetServiceMaintenanceAsync("web", true, "moving", CancellationToken.None));
        Assert.Equal(CheckStatus.Critical, catalog.StatusOf("web"));
        Assert.Equal(CheckStatus.Passing, catalog.StatusOf("db"));
        Assert.Equal("moving", catalog.LocalChecks["_service_maintenance:web"].Definition.Notes);

        await catalog.SetNodeMaintenanceAsync(true, "", CancellationToken.None);
        Assert.Equal(CheckStatus.Critical, catalog.StatusOf("db"));
        Assert.Equal(
            "Maintenance mode is enabled for this node, but no reason was provided. This is a default message.", catalog.LocalChecks["_node_maintenance"].Definition.Notes);

        await catalog.SetNodeMaintenanceAsync(false, "", CancellationToken.None);
        await catalog.SetServiceMaintenanceAsync("web", false, "", CancellationToken.None);
        Assert.Equal(CheckStatus.Passing, catalog.StatusOf("web"));
        Assert.Empty(catalog.LocalChecks);
        Assert.False(await catalog.SetServiceMaintenanceAsync("none", true, "", CancellationToken.None));
    }

    [Fact]
    public async Task Services_are_replaced_all_or_none_in_one_step()
    {
        await using var catalog = await Examples.StartAsync();
        await catalog.RegisterAsync(Examples.Service("old"), Examples.Ttl("old-ttl"));
        await catalog.RegisterAsync(Examples.Service("mine"), Examples.Ttl("shared"));
        await catalog.RegisterAsync(Examples.Service("web"), Examples.Ttl("left-out"));
        await catalog.SetServiceMaintenanceAsync("web", true, "", CancellationToken.None);
        var before = catalog.Current;

        ServiceRegistration web = new(Examples.Service("web"), [Examples.Ttl("shared")]);
        ServiceRegistration bad = new(Examples.Service("bad") with { Port = -1 }, []);
        var refused = await Assert.ThrowsAsync<CatalogException>(() => catalog.ReplaceServicesAsync(["old"], [web, bad], CancellationToken.None));
        Assert.Equal("Port", refused.Field);
        Assert.Throws<CatalogException>(() => catalog.Validate([web, bad]));
        Assert.Throws<CatalogException>(() => catalog.Validate([web, new ServiceRegistration(Examples.Service("db"), [Examples.Ttl("shared")])]));
        Assert.Same(before, catalog.Current);

        await catalog.ReplaceServicesAsync(["old", "never-there"], [web, new ServiceRegistration(Examples.Service("db"), default)], CancellationToken.None);
        Assert.Equal(before.Index + 1, catalog.Current.Index);
        Assert.Equal(["db", "mine", "web"], catalog.LocalServices.Keys);
        Assert.Equal(["_service_maintenance:web", "shared"], catalog.LocalChecks.Keys);
        Assert.Equal("web", catalog.LocalChecks["shared"].Definition.ServiceId);
    }

    [Fact]
    public async Task A_failed_node_is_critical_and_a_gone_one_is_gone()
    {
        await using var catalog = await Examples.StartAsync();
        catalog.SetLiveness("b", "10.0.0.2", NodeLiveness.Alive);
        Assert.True(catalog.Current.Nodes["b"].Alive);
        Assert.Equal("10.0.0.2", catalog.Current.Nodes["b"].Address);
        var index = catalog.Current.NodeIndex("b");

        catalog.SetLiveness("b", "10.0.0.2", NodeLiveness.Failed);
        var health = Assert.Single(catalog.Current.ChecksOn("b"));
        Assert.Equal((CheckStatus.Critical, "Serf Health Status", "Agent not live or unreachable"), (health.Status, health.Definition.Name, health.Output));
        Assert.True(catalog.Current.NodeIndex("b") > index);
        index = catalog.Current.NodeIndex("b");

        catalog.SetLiveness("b", "10.0.0.2", NodeLiveness.Gone);
        Assert.DoesNotContain("b", catalog.Current.Nodes.Keys);
        Assert.True(catalog.Current.NodeIndex("b") > index);
    }

    [Fact]
    public async Task A_node_is_alive_to_itself_whatever_others_say()
    {
        await using var catalog = await Examples.StartAsync();
        catalog.SetLiveness("a", "127.0.0.1", NodeLiveness.Failed);
        catalog.SetLiveness("a", "127.0.0.1", NodeLiveness.Gone);
        Assert.True(catalog.Current.Nodes["a"].Alive);
    }

    [Fact]
    public async Task Listeners_hear_the_newest_snapshot_and_one_that_breaks_does_not_deafen_the_others()
    {
        await using var catalog = await Examples.StartAsync();
        var heard = 0UL;
        catalog.Changed += _ => throw new InvalidOperationException("a listener's own trouble");
        catalog.Changed += snapshot => Volatile.Write(ref heard, snapshot.Index);
        for (var i = 0; i < 20; i++) await catalog.RegisterAsync(Examples.Service("web", $"web-{i}"));
        await Eventually.HoldsAsync(() => Volatile.Read(ref heard) == catalog.Current.Index, () => $"heard {heard} of {catalog.Current.Index}");
    }

    [Fact]
    public async Task A_listener_may_ask_the_catalog_anything()
    {
        await using var catalog = await Examples.StartAsync();
        var services = 0;
        catalog.Changed += _ => Volatile.Write(ref services, catalog.LocalServices.Count);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => catalog.RegisterAsync(Examples.Service("web", $"web-{i}")))));
        await Eventually.HoldsAsync(() => Volatile.Read(ref services) == 50, () => $"{services} services");
    }
}
