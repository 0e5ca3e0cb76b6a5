using System.Diagnostics.Metrics;
using System.Security.Cryptography;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;

namespace Skerry.Tunnel.Tests;

/// <summary>Nodes of one mesh on loopback, which give back what they get; each knows at once what the others say of themselves.</summary>
internal sealed class TestMesh : IAsyncDisposable
{
    public static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
    public static readonly SessionTarget Echo = new("echo", "echo-1", "tcp");

    private readonly List<TunnelNode> _nodes = [];

    public MeshIdentity Key { get; } = new(RandomNumberGenerator.GetBytes(MeshIdentity.KeyLength));

    public SharedDirectory Directory { get; } = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task HeldAsync(TunnelNode node, int count) =>
        UntilAsync(() => node.Status.Relays.Count(relay => relay.Reservation is not null) >= count, $"{count} relays put callers through");

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"did not come: {what}");
            await Task.Delay(10, Cancel); // between two looks at a condition
        }
    }

    public static async Task AnswerEchoAsync(IncomingSession asked, CancellationToken cancel)
    {
        await using var session = await asked.AcceptAsync(cancel);
        await session.CopyToAsync(session, cancel);
        await session.EndWritingAsync(cancel);
    }

    public static async Task ExchangeAsync(SessionStream session, int length)
    {
        var sent = RandomNumberGenerator.GetBytes(length);
        var writing = WriteAsync();
        var received = new MemoryStream();
        await session.CopyToAsync(received, Cancel);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received.GetBuffer().AsSpan(0, (int)received.Length)));

        async Task WriteAsync()
        {
            await session.WriteAsync(sent, Cancel);
            await session.EndWritingAsync(Cancel);
        }
    }

    public Task<TunnelNode> StartRelayAsync(string name) => StartAsync(name, isOpen: true, RelayDuty.Always);

    /// <summary>Membership knows a node to be dead.</summary>
    public void SetDead(string node)
    {
        Directory.SetDead(node);
        foreach (var other in _nodes.ToArray()) other.DirectoryChanged();
    }

    /// <param name="name">Its name.</param>
    /// <param name="isOpen">Whether it takes connections in.</param>
    /// <param name="relay">Whether it is a relay.</param>
    /// <param name="change">What else is to be otherwise.</param>
    /// <param name="directory">What it knows; null: all that nodes say.</param>
    public async Task<TunnelNode> StartAsync(
        string name, bool isOpen = false, RelayDuty relay = RelayDuty.Never, Func<TunnelOptions, TunnelOptions>? change = null, ITunnelDirectory? directory = null)
    {
        var options = new TunnelOptions
        {
            Node = name,
            Group = name + "-site",
            Identity = Key,
            Listen = isOpen ? [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] : [],
            Relay = relay,
            // A machine with other work stands still for a moment now and then: that must not look like a dead path.
            HeartbeatPeriod = TimeSpan.FromSeconds(2),
            FinderPeriod = TimeSpan.FromMilliseconds(200),
        };
        var node = await TunnelNode.StartAsync(change?.Invoke(options) ?? options, directory ?? Directory, TimeProvider.System, NullLoggerFactory.Instance, Meters);
        _nodes.Add(node);
        Directory.Set(node.Routes);
        node.Announced += routes =>
        {
            Directory.Set(routes);
            foreach (var other in _nodes.ToArray()) other.DirectoryChanged();
        };
        node.Serve(AnswerEchoAsync);
        foreach (var other in _nodes) other.DirectoryChanged();
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        foreach (var node in _nodes) await AssertEverythingGivenBackAsync(node);
    }

    /// <summary>Of a node that has stopped nothing is left: no session, no place, no buffer.</summary>
    public static async Task AssertEverythingGivenBackAsync(TunnelNode node)
    {
        var (budget, host, ledger) = (node.Budget, node.Host, node.Host.Ledger);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!budget.IsEmpty || node.Status.Sessions != 0 || host is not { Handshakes: 0, Places: 0 } || ledger is not { Peers: 0, Streams: 0, Buffers: 0, Memory: 0 })
        {
            if (patience.IsCancellationRequested)
            {
                Assert.Fail($"Left of {node.Routes.Node} after 30 s: {node.Status.Sessions} sessions, {budget.Taken} places, {budget.Memory} bytes and {budget.Buffers} buffers of sessions, "
                    + $"{host.Handshakes} handshakes, {host.Places} connections, {ledger.Peers} peers, {ledger.Streams} streams, {ledger.Buffers} buffers, {ledger.Memory} bytes.");
            }

            await Task.Delay(10); // between two looks
        }
    }
}
