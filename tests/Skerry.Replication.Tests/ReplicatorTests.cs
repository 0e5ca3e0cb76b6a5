using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;

using Microsoft.Extensions.Logging.Abstractions;

namespace Skerry.Replication.Tests;

public sealed class ReplicatorTests : IAsyncDisposable
{
    private readonly InMemoryNetwork _network = new();
    private readonly TestMeters _meters = new();
    private readonly List<Replicator> _running = [];
    private readonly ConcurrentDictionary<(string Node, string Id), string> _heard = new();

    [Fact]
    public async Task What_one_node_says_the_others_hear()
    {
        var nodes = Start("a", "b", "c", "d", "e");
        Assert.Equal(3, await nodes[0].PublishAsync([Say("web", "up")], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)));
        foreach (var node in new[] { "b", "c", "d", "e" }) await Eventually.HoldsAsync(() => Heard(node, "web") == "up", () => $"{node} heard {Heard(node, "web")}");

        await nodes[0].PublishAsync([new RecordChange("kind", "web", null)], CancellationToken.None);
        foreach (var node in new[] { "b", "c", "d", "e" }) await Eventually.HoldsAsync(() => Heard(node, "web") == "gone", () => $"{node} heard {Heard(node, "web")}");
    }

    [Fact]
    public async Task What_fits_no_datagram_goes_by_stream()
    {
        var nodes = Start("a", "b");
        await nodes[0].PublishAsync([Say("big", new string('x', Record.MaxPayload))], CancellationToken.None);
        await Eventually.HoldsAsync(() => Heard("b", "big")?.Length == Record.MaxPayload);
    }

    [Fact]
    public async Task A_node_that_comes_later_learns_what_was_said_before()
    {
        var first = Start("a")[0];
        await first.PublishAsync([Say("web", "up")], CancellationToken.None);
        Start("b");
        first.PeersChanged();
        await Eventually.HoldsAsync(() => Heard("b", "web") == "up");
    }

    [Fact]
    public async Task Lost_datagrams_are_made_up_for()
    {
        var nodes = Start("a", "b", "c", "d");
        _network.LoseEach = 2;
        for (var i = 0; i < 20; i++) await nodes[i % 4].PublishAsync([Say($"web-{i}", "up")], CancellationToken.None);
        await Eventually.HoldsAsync(() => Enumerable.Range(0, 20).All(i => Enumerable.Range(0, 4).All(n => n == i % 4 || Heard("abcd"[n].ToString(), $"web-{i}") == "up")));
    }

    [Fact]
    public async Task Garbage_is_counted_and_changes_nothing()
    {
        var nodes = Start("a", "b");
        var stranger = _network.Join("stranger");
        Assert.True(stranger.TrySendDatagram("a", "no message"u8));
        Assert.True(stranger.TrySendDatagram("a", []));
        await Eventually.HoldsAsync(() => _meters.Sum("skerry.replication.refused") == 2, () => $"{_meters.Sum("skerry.replication.refused")} refused");
        await nodes[1].PublishAsync([Say("web", "up")], CancellationToken.None);
        await Eventually.HoldsAsync(() => Heard("a", "web") == "up");
    }

    [Fact]
    public async Task Too_large_a_record_is_refused_and_nothing_of_the_call_is_said()
    {
        var nodes = Start("a", "b");
        await Assert.ThrowsAsync<ReplicationException>(
            () => nodes[0].PublishAsync([Say("small", "x"), Say("big", new string('x', Record.MaxPayload + 1))], CancellationToken.None));
        await Assert.ThrowsAsync<ReplicationException>(() => nodes[0].PublishAsync([Say(new string('x', Record.MaxName + 1), "x")], CancellationToken.None));
        await nodes[0].PublishAsync([Say("after", "x")], CancellationToken.None);
        await Eventually.HoldsAsync(() => Heard("b", "after") == "x");
        Assert.Null(Heard("b", "small"));
    }

    [Fact]
    public async Task A_stopped_replicator_answers_who_waits_and_takes_nothing_more()
    {
        var nodes = Start("a", "b");
        _network.SetCut("a", "b", true);
        var waiting = nodes[0].PublishAsync([Say("web", "up")], CancellationToken.None);
        await nodes[0].DisposeAsync();
        Assert.Equal(0, await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, await nodes[0].PublishAsync([Say("web", "down")], CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _running) await node.DisposeAsync();
        _meters.Dispose();
    }

    private static RecordChange Say(string id, string text) => new("kind", id, Encoding.UTF8.GetBytes(text));

    private string? Heard(string node, string id) => _heard.GetValueOrDefault((node, id));

    private Replicator[] Start(params string[] names)
    {
        var nodes = names.Select(name => (name, transport: _network.Join(name))).ToArray()
            .Select(node => new Replicator(node.name, node.transport, records => Hear(node.name, records), TimeProvider.System, NullLoggerFactory.Instance, _meters, seed: 1)).ToArray();
        _running.AddRange(nodes);
        foreach (var node in nodes) node.Start();
        return nodes;
    }

    private void Hear(string node, ImmutableArray<Record> records)
    {
        foreach (var record in records) _heard[(node, record.Id)] = record.Payload is { } payload ? Encoding.UTF8.GetString(payload.Span) : "gone";
    }
}
