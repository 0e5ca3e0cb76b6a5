using System.Security.Cryptography;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;
using Skerry.Tunnel.Driver;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Tests.Identity;

/// <summary>Who is believed to be which node, over real sockets.</summary>
public sealed class IdentityTests : IAsyncDisposable
{
    private static readonly SessionTarget Echo = new("echo", "echo-1", "tcp");
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly MeshAuthority _authority = MeshAuthority.Create();
    private readonly RefusalCounts _refused = new();
    private readonly SharedDirectory _directory = new();
    private readonly Dictionary<string, TunnelNode> _nodes = [];
    private readonly ShiftedTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_with_credentials_meet_at_a_relay_that_is_known_by_name_and_address_alone()
    {
        var relay = await StartAsync("relay", Issued("relay"), isOpen: true, RelayDuty.Always);
        // The directory says nothing of the relay: who answers at the address has to prove that it is it.
        _directory.Remove("relay");
        var named = new RelayNode("relay", [relay.Status.Listening[0].WithoutPeer()]);
        var (here, there) = (await StartAsync("here", Issued("here")), await StartAsync("there", Issued("there")));
        here.SetRelayNodes([named]);
        there.SetRelayNodes([named]);
        await UntilAsync(() => there.Status.Relays.Any(known => known.Reservation is not null), "the relay puts callers through");
        await ExchangeAsync(here, "there");
        Assert.Equal(0, _refused.All);
    }

    [Fact]
    public async Task Who_answers_where_another_node_is_said_to_be_is_not_taken_for_it()
    {
        var other = await StartAsync("other", Issued("other"), isOpen: true);
        var here = await StartAsync("here", Issued("here"));
        _directory.Set(other.Routes with { Node = "there" });
        var refused = await Assert.ThrowsAsync<TunnelException>(() => here.ConnectAsync("there", Echo, Cancel));
        Assert.Contains("is other, not there", refused.Message, StringComparison.Ordinal);
        await ExchangeAsync(here, "other");
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("not_yet_valid")]
    [InlineData("not_signed")]
    [InlineData("other_peer")]
    [InlineData("other_name")]
    [InlineData("false_name")]
    [InlineData("malformed")]
    [InlineData("revoked")]
    public async Task A_false_claim_is_refused_and_counted_with_its_reason(string reason)
    {
        var there = await StartAsync("there", Issued("there"), isOpen: true);
        var (old, mine, other) = (Issue("liar", Now - TimeSpan.FromDays(2), Now - TimeSpan.FromDays(1)), Issue("liar"), Issue("honest"));
        var later = Issue("liar", Now + TimeSpan.FromDays(1), Now + TimeSpan.FromDays(2));
        var stranger = MeshAuthority.Create().Issue("liar", "site", Now, Now, Now + TimeSpan.FromDays(1));
        if (reason == "revoked") await there.SetIdentityAsync(Issued("there", there) with { Revocations = _authority.Revoke(RevocationList.Empty, new Revocation("liar", default, Now.AddHours(1))) });
        var (key, hello) = reason switch
        {
            "expired" => (old.Key, Hello("liar", "site", old.Shown)),
            "not_yet_valid" => (later.Key, Hello("liar", "site", later.Shown)),
            "not_signed" => (stranger.Key, Hello("liar", "site", stranger.Shown)),
            // What the honest node says, word for word: everybody it ever connected to has heard it.
            "other_peer" => (mine.Key, Hello("honest", "site", other.Shown)),
            "other_name" => (mine.Key, Hello("honest", "site", mine.Shown)),
            "false_name" => (mine.Key, Hello("honest", "site", null)),
            "malformed" => (mine.Key, Hello(new string('x', 4000), "site", mine.Shown)),
            _ => (mine.Key, Hello("liar", "site", mine.Shown)),
        };
        await using var liar = await StartHostAsync(key, mine.Network);
        await SayAsync(liar, there, hello);
        await UntilAsync(() => liar.Connections.Count == 0, "the liar is thrown out");
        Assert.Equal(1, _refused[reason]);
        Assert.Equal(1, _refused.All);
        Assert.DoesNotContain(there.Status.Paths, path => path.Node is not null);
    }

    [Fact]
    public async Task A_lie_costs_the_node_it_is_about_nothing()
    {
        var there = await StartAsync("there", Issued("there"), isOpen: true);
        var honest = await StartAsync("honest", Issued("honest"));
        await using var session = await honest.ConnectAsync("there", Echo, Cancel);
        var mine = Issue("liar");
        await using var liar = await StartHostAsync(mine.Key, mine.Network);
        await SayAsync(liar, there, Hello("honest", "site", honest.Identity.Credential!.Shown));
        await UntilAsync(() => liar.Connections.Count == 0, "the liar is thrown out");
        await session.WriteAsync("still there"u8.ToArray(), Cancel);
        await session.EndWritingAsync(Cancel);
        Assert.Equal("still there", await new StreamReader(session).ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task Who_does_not_say_which_node_it_is_does_not_stay()
    {
        var there = await StartAsync("there", Issued("there"), isOpen: true);
        var mine = Issue("here");
        await using var silent = await StartHostAsync(mine.Key, mine.Network);
        await silent.DialAsync(there.Status.Listening[0].WithPeer(there.Peer), Cancel);
        await UntilAsync(() => silent.Connections.Count == 0, "the silent one is thrown out");
        Assert.Equal(1, _refused["silent"]);
    }

    [Fact]
    public async Task A_node_of_another_mesh_does_not_get_a_word_in()
    {
        var there = await StartAsync("there", Issued("there"), isOpen: true);
        var other = MeshAuthority.Create().Issue("here", "site", Now, Now, Now + TimeSpan.FromDays(1));
        var here = await StartAsync("here", new TunnelIdentity { Credential = other });
        await Assert.ThrowsAsync<TunnelException>(() => here.ConnectAsync("there", Echo, Cancel));
        Assert.Empty(there.Status.Paths);
        var derived = await StartAsync("third", new MeshIdentity(RandomNumberGenerator.GetBytes(32)));
        await Assert.ThrowsAsync<TunnelException>(() => derived.ConnectAsync("there", Echo, Cancel));
        Assert.Equal(0, _refused.All);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revoked_node_is_cut_off_at_once_and_kept_out_and_the_others_go_on(bool isByName)
    {
        var there = await StartAsync("there", Issued("there"), isOpen: true);
        var (bad, good) = (await StartAsync("bad", Issued("bad")), await StartAsync("good", Issued("good")));
        await using var cut = await bad.ConnectAsync("there", Echo, Cancel);
        await using var kept = await good.ConnectAsync("there", Echo, Cancel);
        var list = _authority.Revoke(RevocationList.Empty, isByName ? new Revocation("bad", default, DateTimeOffset.UtcNow.AddSeconds(1)) : new Revocation("", bad.Peer, Now));
        await there.SetIdentityAsync(Issued("there", there) with { Revocations = list });

        Assert.NotEqual(0, _refused["revoked"]);
        var before = _refused["revoked"];
        await UntilAsync(() => there.Status.Paths.All(path => path.Peer != bad.Peer) && there.Status.Sessions == 1, "the revoked node's connections and sessions are over");
        var told = await Assert.ThrowsAsync<TunnelException>(() => bad.ConnectAsync("there", Echo, Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Contains("ended the connection before it said which node it is", told.Message, StringComparison.Ordinal);
        await UntilAsync(() => _refused["revoked"] > before, "the next try is counted, too");
        await kept.WriteAsync("still there"u8.ToArray(), Cancel);
        await kept.EndWritingAsync(Cancel);
        Assert.Equal("still there", await new StreamReader(kept).ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task A_node_that_was_issued_a_new_credential_after_its_name_was_revoked_is_back()
    {
        var list = _authority.Revoke(RevocationList.Empty, new Revocation("here", default, Now - TimeSpan.FromMinutes(1)));
        await StartAsync("there", Issued("there") with { Revocations = list }, isOpen: true);
        await ExchangeAsync(await StartAsync("here", Issued("here")), "there");
        Assert.Equal(0, _refused.All);
    }

    [Fact]
    public async Task A_connection_ends_when_the_credential_behind_it_does()
    {
        var there = await StartAsync("there", Issued("there"), isOpen: true);
        var here = await StartAsync("here", new TunnelIdentity { Credential = Issue("here", Now, Now + TimeSpan.FromHours(1)) });
        await ExchangeAsync(here, "there");
        _time.Shift = TimeSpan.FromHours(2);
        await there.SetIdentityAsync(Issued("there", there));
        await UntilAsync(() => there.Status.Paths.Count == 0, "the connection is closed");
        Assert.Equal(1, _refused["expired"]);
    }

    // Each line is one state of the mesh on the way from one key to the other; in each, and between each two that follow each other, every node reaches every other.
    [Fact]
    public async Task Mesh_keys_are_rotated_without_a_connection_refused()
    {
        var (old, next) = (new MeshIdentity(RandomNumberGenerator.GetBytes(32)), new MeshIdentity(RandomNumberGenerator.GetBytes(32)));
        var (start, both, swapped, end) = (Keys(old), Keys(old, next), Keys(next, old), Keys(next));
        string[] names = ["a", "b", "c"];
        foreach (var name in names) await StartAsync(name, start, isOpen: true);
        await AllReachAllAsync();
        foreach (var name in names)
        {
            await _nodes[name].SetIdentityAsync(both);
            await AllReachAllAsync();
        }

        foreach (var name in names)
        {
            await StartAsync(name, swapped, isOpen: true);
            await AllReachAllAsync();
        }

        foreach (var name in names)
        {
            await _nodes[name].SetIdentityAsync(end);
            await AllReachAllAsync();
        }

        Assert.Equal(0, _refused.All);
        Assert.All(_nodes, node => Assert.Equal(next.PeerIdOf(node.Key), node.Value.Peer));
        await Assert.ThrowsAsync<ArgumentException>(() => _nodes["a"].SetIdentityAsync(start));
    }

    [Fact]
    public async Task A_mesh_goes_over_from_its_key_to_credentials_node_by_node()
    {
        var mesh = new MeshIdentity(RandomNumberGenerator.GetBytes(32));
        var authority = MeshAuthority.Create(mesh, RandomNumberGenerator.GetBytes(32));
        string[] names = ["a", "b", "c"];
        foreach (var name in names) await StartAsync(name, mesh, isOpen: true);
        foreach (var name in names) await _nodes[name].SetIdentityAsync(Keys(mesh) with { Authority = authority.PublicKey });
        await AllReachAllAsync();
        foreach (var name in names)
        {
            await StartAsync(name, Keys(mesh) with { Credential = authority.Issue(name, "site", Now, Now, Now + TimeSpan.FromDays(1)) }, isOpen: true);
            await AllReachAllAsync();
        }

        foreach (var name in names) await _nodes[name].SetIdentityAsync(_nodes[name].Identity with { MeshKeys = [] });
        await AllReachAllAsync();
        Assert.Equal(0, _refused.All);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values) await node.DisposeAsync();
        foreach (var node in _nodes.Values) await TestMesh.AssertEverythingGivenBackAsync(node);
        _refused.Dispose();
    }

    private static TunnelIdentity Keys(params MeshIdentity[] keys) => new() { MeshKeys = [.. keys] };

    private static HelloMessage Hello(string node, string group, Signed? credential) => new() { Node = node, Group = group, Credential = credential };

    private static async Task SayAsync(Libp2pHost host, TunnelNode node, HelloMessage hello)
    {
        var connection = await host.DialAsync(node.Status.Listening[0].WithPeer(node.Peer), Cancel);
        await using var stream = await host.OpenAsync(connection, [PeerNames.Protocol], Cancel);
        await stream.SendMessageAsync(hello, Cancel);
        // No answer comes: the connection is closed.
        var refused = await Record.ExceptionAsync(() => stream.ReceiveMessageAsync(HelloMessage.Parser, Cancel));
        Assert.True(refused is IOException or Libp2pException, refused?.ToString());
    }

    private static async Task ExchangeAsync(TunnelNode from, string to)
    {
        await using var session = await from.ConnectAsync(to, Echo, Cancel);
        var sent = RandomNumberGenerator.GetBytes(1000);
        await session.WriteAsync(sent, Cancel);
        await session.EndWritingAsync(Cancel);
        var received = new MemoryStream();
        await session.CopyToAsync(received, Cancel);
        Assert.Equal(sent, received.ToArray());
    }

    private static async Task AnswerEchoAsync(IncomingSession asked, CancellationToken cancel)
    {
        await using var session = await asked.AcceptAsync(cancel);
        await session.CopyToAsync(session, cancel);
        await session.EndWritingAsync(cancel);
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"did not come: {what}");
            await Task.Delay(10, Cancel); // between two looks at a condition
        }
    }

    private async Task AllReachAllAsync()
    {
        foreach (var (from, node) in _nodes)
        {
            foreach (var to in _nodes.Keys.Where(to => to != from)) await ExchangeAsync(node, to);
        }
    }

    private Credential Issue(string node, DateTimeOffset? from = null, DateTimeOffset? until = null) =>
        _authority.Issue(node, "site", Now, from ?? Now, until ?? Now + TimeSpan.FromDays(1));

    private TunnelIdentity Issued(string node, TunnelNode? running = null) => running?.Identity ?? new TunnelIdentity { Credential = Issue(node) };

    private Task<Libp2pHost> StartHostAsync(IdentityKey key, PreSharedKey network) =>
        Libp2pHost.StartAsync(new Libp2pOptions { Identity = key, PreSharedKey = network }, TimeProvider.System, NullLogger.Instance, _refused.Meters);

    /// <summary>Starts a node; one of that name that runs is stopped first.</summary>
    private async Task<TunnelNode> StartAsync(string name, TunnelIdentity identity, bool isOpen = false, RelayDuty relay = RelayDuty.Never)
    {
        if (_nodes.Remove(name, out var before)) await before.DisposeAsync();
        var options = new TunnelOptions
        {
            Node = name,
            Group = "site",
            Identity = identity,
            Listen = isOpen ? [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] : [],
            Relay = relay,
            HeartbeatPeriod = TimeSpan.FromSeconds(2),
            FinderPeriod = TimeSpan.FromMilliseconds(200),
        };
        var node = await TunnelNode.StartAsync(options, _directory, _time, NullLoggerFactory.Instance, _refused.Meters);
        _nodes[name] = node;
        _directory.Set(node.Routes);
        node.Announced += _directory.Set;
        node.Serve(AnswerEchoAsync);
        foreach (var other in _nodes.Values) other.DirectoryChanged();
        return node;
    }
}
