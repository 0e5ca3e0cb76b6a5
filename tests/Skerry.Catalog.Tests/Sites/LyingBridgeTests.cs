using System.Collections.Immutable;
using System.Text;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Replication;
using Skerry.Replication.Tests;

namespace Skerry.Catalog.Tests.Sites;

/// <summary>Bridges that say what they may not, or what cannot be read: nobody believes them, and those who are honest are heard on.</summary>
public sealed class LyingBridgeTests : IAsyncDisposable
{
    private readonly SiteMesh _mesh = new();
    private Replicator? _liar;

    [Fact]
    public async Task A_bridge_is_not_believed_about_nodes_of_another_group()
    {
        await StartAsync("atoll-1", "bay-1");
        await _mesh["bay-1"].RegisterAsync(Examples.Service("shop") with { Exported = true });
        await _mesh.SeenAsync("bay", view => view.Instances("shop").Length == 1);
        await LieAsync(
            ("bridge", "", """{"group":"cape","records":3}"""),
            ("site-node", "cape-1", NodeOf("cape-1", "cape", "web")),
            ("site-node", "bay-1", NodeOf("bay-1", "bay", "shop", port: 666)),
            ("site-node", "bay-9", NodeOf("bay-9", "bay", "shop", port: 667)));
        await _mesh.SeenAsync("cape", view => view.Nodes.Keys.SequenceEqual(["cape-1"]) && view.ServiceNames.SequenceEqual(["web"]));
        Assert.Equal(["bay-1"], _mesh.View("atoll-1", "bay")!.Nodes.Keys);
        Assert.Equal(8080, _mesh.View("atoll-1", "bay")!.Instances("shop")[0].Service.Port);
        await Eventually.HoldsAsync(() => Refused >= 4); // two records at each of two bridges
    }

    [Fact]
    public async Task What_was_told_before_it_was_said_for_whom_counts_only_if_it_is_of_those()
    {
        await StartAsync("atoll-1");
        await LieAsync(("site-node", "bay-9", NodeOf("bay-9", "bay", "shop")), ("site-node", "cape-1", NodeOf("cape-1", "cape", "web")));
        await LieAsync(("bridge", "", """{"group":"cape","records":1}"""));
        await Eventually.HoldsAsync(() => _mesh.View("atoll-1", "cape") is { Nodes.Count: 1 });
        Assert.Equal(["cape"], _mesh["atoll-1"].Current.Groups.Keys);
        // And when it says it is of another group now, it has told nothing of that yet.
        await LieAsync(("bridge", "", """{"group":"bay","records":1}"""));
        await Eventually.HoldsAsync(() => _mesh["atoll-1"].Current.Groups is { Count: 1 } groups && groups.TryGetValue("bay", out var bay) && bay.Nodes.IsEmpty);
    }

    [Fact]
    public async Task A_node_of_this_group_speaks_for_no_other_and_no_group_is_told_of_itself()
    {
        await StartAsync("atoll-1", "atoll-2", "bay-1");
        await _mesh.SeenAsync("atoll", view => view.Nodes.Count == 2);
        await LieAsync(("bridge", "", """{"group":"atoll","records":1}"""), ("site-node", "atoll-7", NodeOf("atoll-7", "atoll", "web")));
        // By the others the first of that name is believed: an honest one stands before it. The group itself is not told.
        await _mesh["atoll-1"].RegisterAsync(Examples.Service("marker") with { Exported = true });
        await _mesh.SeenAsync("atoll", view => view.ServiceNames.SequenceEqual(["marker"]));
        Assert.DoesNotContain("atoll", _mesh["atoll-2"].Current.Groups.Keys);
        Assert.Empty(_mesh["atoll-2"].Current.Instances("web"));

        await using var traitor = new Replicator("atoll-2", _mesh.Wide.Join("atoll-2"), _ => { }, TimeProvider.System, NullLoggerFactory.Instance, new TestMeters());
        traitor.Start();
        var before = Refused;
        await traitor.PublishAsync([Change("bridge", "", """{"group":"cape","records":0}""")], CancellationToken.None);
        await Eventually.HoldsAsync(() => Refused > before);
        Assert.DoesNotContain("cape", _mesh["atoll-1"].Current.Groups.Keys);
    }

    [Fact]
    public async Task A_node_that_failed_in_its_group_may_have_moved_to_another()
    {
        await StartAsync("atoll-1");
        _mesh["atoll-1"].SetLiveness("mover", "127.0.0.1", NodeLiveness.Failed);
        await using var mover = new Replicator("mover", _mesh.Wide.Join("mover"), _ => { }, TimeProvider.System, NullLoggerFactory.Instance, new TestMeters());
        mover.Start();
        _mesh.Look();
        await mover.PublishAsync([Change("bridge", "", """{"group":"cape","records":1}"""), Change("site-node", "mover", NodeOf("mover", "cape", "web"))], CancellationToken.None);
        await Eventually.HoldsAsync(() => _mesh.View("atoll-1", "cape") is { } cape && cape.Nodes.Keys.SequenceEqual(["mover"]));
        // And back.
        _mesh["atoll-1"].SetLiveness("mover", "127.0.0.1", NodeLiveness.Alive);
        await Eventually.HoldsAsync(() => _mesh["atoll-1"].Current.Groups.IsEmpty);
    }

    [Fact]
    public async Task What_cannot_be_read_is_counted_and_harms_nobody()
    {
        await StartAsync("atoll-1", "bay-1");
        (string Kind, string Id, string Text)[] bad =
        [
            ("bridge", "", ""), ("bridge", "", "null"), ("bridge", "", "[]"), ("bridge", "", "{}"), ("bridge", "", """{"group":""}"""), ("bridge", "", """{"group":"a/b"}"""),
            ("bridge", "", """{"group":"cape","records":-1}"""), ("bridge", "", $$"""{"group":"{{new string('g', 65)}}"}"""), ("bridge", "x", """{"group":"cape"}"""),
            ("bridge", "", """{"group":"cape","tunnel":{"addresses":[null]}}"""), ("bridge", "", """{"group":"cape","tunnel":{"zone":null}}"""),
        ];
        foreach (var (kind, id, text) in bad) await LieAsync((kind, id, text));
        await LieAsync(("bridge", "", """{"group":"cape","records":1,"ofANewerVersion":7}"""));
        await LieAsync(
            ("site-node", "", NodeOf("", "cape", "web")), ("site-node", "cape-2", NodeOf("cape-3", "cape", "web")), ("site-node", "a/b", NodeOf("a/b", "cape", "web")),
            ("site-node", "cape-2/0", """{"group":"cape","instances":[]}"""), ("site-node", "cape-2/01", """{"group":"cape"}"""), ("site-node", "cape-2/99999", """{"group":"cape"}"""),
            ("site-node", "cape-4", """{"group":"cape"}"""), ("site-node", "cape-5/1", NodeOf("cape-5", "cape", "web")),
            ("site-node", "cape-6", NodeOf("cape-6", "cape", "web", port: 70_000)), ("site-node", "cape-7", NodeOf("cape-7", "cape", "web").Replace("Passing", "Splendid", StringComparison.Ordinal)),
            ("site-node", "cape-8", NodeOf("cape-8", "cape", "web").Replace("\"exported\":true", "\"exported\":false", StringComparison.Ordinal)),
            ("site-node", new string('n', 129), NodeOf(new string('n', 129), "cape", "web")), ("site-node", "cape-9", """{"group":"cape","facts":{},"instances":[null]}"""),
            ("poem", "1", "of a newer version"), ("site-node", "cape-1", NodeOf("cape-1", "cape", "web")));
        await Eventually.HoldsAsync(() => _mesh.View("atoll-1", "cape") is { ServiceNames.Count: 1 } cape && cape.Nodes.Keys.SequenceEqual(["cape-1"]));
        await Eventually.HoldsAsync(() => Refused >= 2 * 12, () => $"{Refused} refused");
    }

    [Fact]
    public async Task What_a_bridge_of_ones_own_group_tells_is_read_as_carefully()
    {
        await StartAsync("atoll-1");
        await using var odd = new Replicator("atoll-x", _mesh.Lan("atoll").Join("atoll-x"), _ => { }, TimeProvider.System, NullLoggerFactory.Instance, new TestMeters());
        odd.Start();
        _mesh["atoll-1"].SetLiveness("atoll-x", "127.0.0.1", NodeLiveness.Alive);
        await odd.PublishAsync(
            [
                Change("group", "cape", """{"source":"cape-1","isReachable":true,"records":1}"""), Change("remote", "cape/cape-1", NodeOf("cape-1", "cape", "web")),
                Change("remote", "cape/bay-1", NodeOf("bay-1", "bay", "web")), Change("remote", "cape", NodeOf("cape", "cape", "web")), Change("remote", "/x", NodeOf("x", "", "web")),
                Change("group", "atoll", """{"source":"atoll-1","isReachable":true}"""), Change("remote", "atoll/atoll-8", NodeOf("atoll-8", "atoll", "web")),
                Change("group", "", """{"source":"cape-1"}"""), Change("group", "bay", "{}"),
            ],
            CancellationToken.None);
        await Eventually.HoldsAsync(() => _mesh.View("atoll-1", "cape") is { Nodes.Count: 1, IsReachable: true } cape && cape.Instances("web").Length == 1);
        Assert.Equal(["cape"], _mesh["atoll-1"].Current.Groups.Keys);
        Assert.Equal(7, Refused);
        Assert.Equal("atoll-x", _mesh.View("atoll-1", "cape")!.Via);
        // With the bridge that told of it the group is lost, then forgotten.
        _mesh["atoll-1"].SetLiveness("atoll-x", "127.0.0.1", NodeLiveness.Failed);
        Assert.False(_mesh.View("atoll-1", "cape")!.IsReachable);
        Assert.Equal(CheckStatus.Critical, _mesh.View("atoll-1", "cape")!.Instances("web")[0].Status);
        _mesh["atoll-1"].SetLiveness("atoll-x", "127.0.0.1", NodeLiveness.Gone);
        Assert.Empty(_mesh["atoll-1"].Current.Groups);
    }

    public async ValueTask DisposeAsync()
    {
        if (_liar is not null) await _liar.DisposeAsync();
        await _mesh.DisposeAsync();
    }

    private long Refused => _mesh.Meters.Sum("skerry.catalog.records.refused");

    private static string NodeOf(string name, string group, string service, int port = 80) =>
        $$"""{"group":"{{group}}","facts":{"name":"{{name}}","id":"i","address":"10.0.0.9","group":"{{group}}","alive":true},"""
        + $$""" "instances":[{"service":{"node":"{{name}}","id":"{{service}}","name":"{{service}}","port":{{port}},"exported":true},"status":"Passing"}]}""";

    private static RecordChange Change(string kind, string id, string text) => new(kind, id, Encoding.UTF8.GetBytes(text));

    private async Task StartAsync(params string[] nodes)
    {
        foreach (var node in nodes) await _mesh.AddAsync(node);
        _liar = new Replicator("x-liar", _mesh.Wide.Join("x-liar"), _ => { }, TimeProvider.System, NullLoggerFactory.Instance, new TestMeters());
        _liar.Start();
        _mesh.Look();
        await Eventually.HoldsAsync(() => _mesh.Catalogs.Values.All(catalog => catalog.IsBridge));
    }

    private async Task LieAsync(params (string Kind, string Id, string Text)[] records)
    {
        ImmutableArray<RecordChange> changes = [.. records.Select(record => Change(record.Kind, record.Id, record.Text))];
        _liar!.PeersChanged();
        await _liar.PublishAsync(changes, CancellationToken.None);
    }
}
