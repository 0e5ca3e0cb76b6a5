using System.Text;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Replication;
using Skerry.Replication.Tests;

namespace Skerry.Catalog.Tests;

/// <summary>Several catalogs that hear of each other.</summary>
public sealed class GroupTests : IAsyncDisposable
{
    private readonly InMemoryNetwork _network = new();
    private readonly Dictionary<string, ServiceCatalog> _catalogs = [];

    [Fact]
    public async Task What_one_node_registers_all_see_with_its_facts()
    {
        await StartAsync("a", "b", "c");
        await _catalogs["a"].RegisterAsync(Examples.Service("web") with { Tags = ["v2"] }, Examples.Ttl("web-ttl"));
        await _catalogs["a"].ReportAsync("web-ttl", CheckStatus.Passing, "fine");
        foreach (var catalog in _catalogs.Values)
        {
            // The node's facts are a record of their own, and may come before or after the service.
            await Eventually.HoldsAsync(() => catalog.Current.Instances("web") is [{ Status: CheckStatus.Passing, Node.Id.Length: > 0 }]);
            var entry = Assert.Single(catalog.Current.Instances("web"));
            Assert.Equal(Examples.Options("a").NodeId, entry.Node.Id);
            Assert.Equal("fine", entry.Checks[^1].Output);
            Assert.Equal(["v2"], entry.Checks[^1].ServiceTags);
        }
    }

    [Fact]
    public async Task When_a_node_fails_its_instances_are_critical_at_once_and_they_go_when_it_is_gone()
    {
        await StartAsync("a", "b");
        await _catalogs["a"].RegisterAsync(Examples.Service("web"));
        var b = _catalogs["b"];
        await Eventually.HoldsAsync(() => b.Current.Instances("web") is [{ Status: CheckStatus.Passing }]);

        b.SetLiveness("a", "127.0.0.1", NodeLiveness.Failed);
        Assert.Equal(CheckStatus.Critical, b.StatusOf("web"));
        b.SetLiveness("a", "127.0.0.1", NodeLiveness.Alive);
        Assert.Equal(CheckStatus.Passing, b.StatusOf("web"));
        b.SetLiveness("a", "127.0.0.1", NodeLiveness.Gone);
        Assert.Empty(b.Current.Instances("web"));

        // And when it is back, so is what it runs.
        b.SetLiveness("a", "127.0.0.1", NodeLiveness.Alive);
        await Eventually.HoldsAsync(() => b.Current.Instances("web") is [{ Status: CheckStatus.Passing }]);
    }

    [Fact]
    public async Task Records_of_a_node_that_membership_has_not_spoken_of_are_not_shown()
    {
        await StartAsync("a");
        var stranger = new Replicator("x", _network.Join("x"), _ => { }, TimeProvider.System, NullLoggerFactory.Instance, new TestMeters());
        stranger.Start();
        _catalogs["a"].SetLiveness("a", "127.0.0.1", NodeLiveness.Alive);
        await stranger.PublishAsync([new RecordChange("service", "web", Encoding.UTF8.GetBytes("""{"node":"x","id":"web","name":"web"}"""))], CancellationToken.None);
        Assert.Empty(_catalogs["a"].Current.Instances("web"));
        _catalogs["a"].SetLiveness("x", "10.0.0.9", NodeLiveness.Alive);
        await Eventually.HoldsAsync(() => _catalogs["a"].Current.Instances("web").Length == 1);
        Assert.Equal("10.0.0.9", _catalogs["a"].Current.Instances("web")[0].EffectiveAddress);
        await stranger.DisposeAsync();
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_harms_nobody()
    {
        await StartAsync("a");
        var stranger = new Replicator("x", _network.Join("x"), _ => { }, TimeProvider.System, NullLoggerFactory.Instance, new TestMeters());
        stranger.Start();
        var a = _catalogs["a"];
        a.SetLiveness("x", "10.0.0.9", NodeLiveness.Alive);
        string[] bad =
        [
            "", "null", "{", "[]", """{"node":"x"}""", """{"node":"x","id":"i","name":"n","port":70000}""", """{"node":"x","id":"i","name":"n","tags":[null]}""",
            """{"node":"x","id":"i","name":"n","tags":null}""", """{"node":"x","id":"i","name":"n","meta":{"k":null}}""", """{"node":"x","id":"i","name":null}""",
            """{"node":"x","id":"i","name":"n","weights":{"passing":-1}}""", """{"node":"x","id":"i","name":"n","taggedAddresses":{"lan":null}}""",
        ];
        await stranger.PublishAsync([.. bad.Select((text, i) => new RecordChange("service", $"bad-{i}", Encoding.UTF8.GetBytes(text)))], CancellationToken.None);
        await stranger.PublishAsync([.. bad.Select((text, i) => new RecordChange("check", $"bad-{i}", Encoding.UTF8.GetBytes(text)))], CancellationToken.None);
        await stranger.PublishAsync(
            [
                new RecordChange("check", "odd", Encoding.UTF8.GetBytes("""{"node":"x","definition":{"id":"c","name":"c","type":"Ttl"},"status":77}""")),
                new RecordChange("poem", "1", Encoding.UTF8.GetBytes("of a newer version")),
                new RecordChange("service", "good", Encoding.UTF8.GetBytes("""{"node":"y","id":"z","name":"web","ofANewerVersion":{"a":[1]}}""")),
            ],
            CancellationToken.None);
        await Eventually.HoldsAsync(() => a.Current.Instances("web").Length == 1);
        Assert.Equal(("x", "good"), (a.Current.Instances("web")[0].Service.Node, a.Current.Instances("web")[0].Service.Id));
        Assert.Single(a.Current.InstancesOn("x"));
        Assert.Single(a.Current.ChecksOn("x"));
        await stranger.DisposeAsync();
    }

    [Fact]
    public async Task A_check_of_a_kind_that_only_a_newer_version_knows_is_shown_with_what_it_says()
    {
        await StartAsync("a");
        var stranger = new Replicator("x", _network.Join("x"), _ => { }, TimeProvider.System, NullLoggerFactory.Instance, new TestMeters());
        stranger.Start();
        var a = _catalogs["a"];
        a.SetLiveness("x", "10.0.0.9", NodeLiveness.Alive);
        await stranger.PublishAsync(
            [
                new RecordChange("service", "web", Encoding.UTF8.GetBytes("""{"node":"x","id":"web","name":"web"}""")),
                new RecordChange("check", "moon", Encoding.UTF8.GetBytes("""
                    {"node":"x","definition":{"id":"moon","name":"Moon","type":"Lunar","serviceId":"web","phase":"full"},"status":"Warning","output":"high tide"}
                    """)),
            ],
            CancellationToken.None);
        await Eventually.HoldsAsync(() => a.Current.Instances("web") is [{ Checks.Length: 2 }]);
        var check = a.Current.Instances("web")[0].Checks[1];
        Assert.Equal((CheckType.Unknown, "Moon", CheckStatus.Warning, "high tide"), (check.Definition.Type, check.Definition.Name, check.Status, check.Output));
        Assert.Equal(CheckStatus.Warning, a.StatusOf("web"));
        await stranger.DisposeAsync();
    }

    [Fact]
    public async Task What_may_be_a_secret_of_a_check_stays_on_its_node()
    {
        await StartAsync("a", "b");
        var check = Examples.Http("page", "http://127.0.0.1:1/") with
        {
            Headers = Examples.Headers(("Authorization", "secret")),
            Body = "secret body",
        };
        await _catalogs["a"].RegisterCheckAsync(check, CancellationToken.None);
        await Eventually.HoldsAsync(() => _catalogs["b"].Current.ChecksOn("a").Any(state => state.Definition.Id == "page"));
        var told = _catalogs["b"].Current.ChecksOn("a").Single(state => state.Definition.Id == "page").Definition;
        Assert.Empty(told.Headers);
        Assert.Equal("", told.Body);
        Assert.Equal(check.Target, told.Target);
        Assert.Equal("secret body", _catalogs["a"].LocalChecks["page"].Definition.Body);
    }

    [Fact]
    public async Task What_a_node_says_of_its_tunnel_all_see_and_it_may_change_at_run_time()
    {
        await StartAsync("a", "b");
        var facts = new TunnelFacts { Addresses = ["/ip4/10.0.0.1/tcp/20006", "/dns4/relay.example/tcp/20006/p2p-circuit"], IsRelay = true, Load = 75, Zone = "rack-1", IsBridge = true };
        Assert.Equal(TunnelFacts.None, _catalogs["a"].Current.Nodes["a"].Tunnel);
        await _catalogs["a"].SetTunnelAsync(facts, CancellationToken.None);
        Assert.Equal(facts, _catalogs["a"].Current.Nodes["a"].Tunnel);
        await Eventually.HoldsAsync(() => _catalogs["b"].Current.Nodes["a"].Tunnel == facts);
        await _catalogs["a"].SetTunnelAsync(facts with { Addresses = [] }, CancellationToken.None);
        await Eventually.HoldsAsync(() => _catalogs["b"].Current.Nodes["a"].Tunnel == facts with { Addresses = [] });
    }

    [Fact]
    public async Task What_a_node_says_of_its_gateway_all_see_and_within_bounds()
    {
        await StartAsync("a", "b");
        var facts = new GatewayFacts { Revision = 12, Faults = ["listener/http: the port is in use"] };
        await _catalogs["a"].SetGatewayAsync(facts, CancellationToken.None);
        await Eventually.HoldsAsync(() => _catalogs["b"].Current.Nodes["a"].Gateway == facts);
        await _catalogs["a"].SetGatewayAsync(facts with { Revision = 13, Faults = [] }, CancellationToken.None);
        await Eventually.HoldsAsync(() => _catalogs["b"].Current.Nodes["a"].Gateway is { Revision: 13, Faults.IsEmpty: true });
        var tooLong = new GatewayFacts { Faults = [new string('x', GatewayFacts.MaxText + 1)] };
        Assert.Equal("Gateway", (await Assert.ThrowsAsync<CatalogException>(() => _catalogs["a"].SetGatewayAsync(tooLong, CancellationToken.None))).Field);
    }

    [Fact]
    public async Task A_node_says_no_more_of_its_tunnel_than_half_a_record()
    {
        await using var catalog = Examples.Catalog();
        TunnelFacts[] tooMuch =
        [
            new() { Addresses = [.. Enumerable.Repeat("/ip4/10.0.0.1", TunnelFacts.MaxAddresses + 1)] },
            new() { Addresses = [new string('x', TunnelFacts.MaxText + 1)] },
            new() { Addresses = [.. Enumerable.Repeat(new string('x', TunnelFacts.MaxText), TunnelFacts.MaxAddresses)] },
            new() { Addresses = default },
        ];
        foreach (var facts in tooMuch)
            Assert.Equal("Tunnel", (await Assert.ThrowsAsync<CatalogException>(() => catalog.SetTunnelAsync(facts, CancellationToken.None))).Field);
    }

    [Fact]
    public async Task Whether_an_instance_is_exported_all_see()
    {
        await StartAsync("a", "b");
        await _catalogs["a"].RegisterAsync(Examples.Service("web") with { Exported = true });
        await _catalogs["a"].RegisterAsync(Examples.Service("db"));
        await Eventually.HoldsAsync(() => _catalogs["b"].Current.Instances("web") is [{ Service.Exported: true }]);
        await Eventually.HoldsAsync(() => _catalogs["b"].Current.Instances("db") is [{ Service.Exported: false }]);
        await _catalogs["a"].RegisterAsync(Examples.Service("web"));
        await Eventually.HoldsAsync(() => _catalogs["b"].Current.Instances("web") is [{ Service.Exported: false }]);
    }

    [Fact]
    public async Task A_cut_heals_by_what_differs()
    {
        await StartAsync("a", "b");
        _network.SetCut("a", "b", true);
        Relook();
        await _catalogs["a"].RegisterAsync(Examples.Service("on-a"));
        await _catalogs["b"].RegisterAsync(Examples.Service("on-b"));
        Assert.Empty(_catalogs["b"].Current.Instances("on-a"));
        _network.SetCut("a", "b", false);
        Relook();
        await Eventually.HoldsAsync(() => _catalogs.Values.All(catalog => catalog.Current.ServiceNames.SequenceEqual(["on-a", "on-b"])));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var catalog in _catalogs.Values) await catalog.DisposeAsync();
    }

    private async Task StartAsync(params string[] names)
    {
        foreach (var name in names) _catalogs[name] = await Examples.StartAsync(Examples.Options(name), _network.Join(name));
        Relook();
    }

    private void Relook()
    {
        foreach (var (name, catalog) in _catalogs)
        {
            foreach (var other in _catalogs.Keys.Where(other => other != name)) catalog.SetLiveness(other, "127.0.0.1", NodeLiveness.Alive);
        }
    }
}
