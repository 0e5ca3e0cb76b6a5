using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;

namespace Skerry.Interop.Tests.Libp2p;

/// <summary>Skerry's host and js-libp2p in one LAN, on a port of multicast DNS that no other test has.</summary>
public sealed class JsMdnsTests
{
    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("EDGEMESH_PLAYGROUND")]
    public async Task Each_finds_the_other_in_the_lan(string? rendezvous)
    {
        var port = FreePort();
        var tag = (rendezvous ?? MdnsOptions.DefaultServiceName) + ".local";
        await using var js = await JsPeer.StartAsync("noise", more: new JsonObject { ["mdns"] = new JsonObject { ["serviceTag"] = tag, ["port"] = port } });
        var options = new Libp2pOptions
        {
            Identity = IdentityKey.Generate(),
            Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            Rendezvous = rendezvous,
            Mdns = new MdnsOptions { AllowLoopback = true, Port = port },
        };
        await using var host = await Libp2pHost.StartAsync(options, TimeProvider.System, NullLogger.Instance, Meters);
        var found = new ConcurrentDictionary<PeerId, FoundPeer>();
        host.PeerFound += peer => found[peer.Peer] = peer;

        var theirs = Multiaddr.Parse(js.Address);
        await UntilAsync("we have found js", () => Task.FromResult(found.ContainsKey(theirs.PeerId!.Value)));
        Assert.Contains(theirs.WithoutPeer(), found[theirs.PeerId!.Value].Addresses);
        JsonNode? ours = null;
        await UntilAsync("js has found us", async () =>
        {
            var all = (await js.AskAsync(new JsonObject { ["do"] = "discovered" }))!.AsArray();
            return (ours = all.FirstOrDefault(peer => (string?)peer!["id"] == host.PeerId.ToString())) is not null;
        });
        Assert.Contains(host.Addresses[0].WithoutPeer().ToString(), ours!["addresses"]!.AsArray().Select(address => (string?)address));
    }

    private static int FreePort()
    {
        using var socket = new UdpClient(0, AddressFamily.InterNetwork);
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, $"Did not come: {what}.");
            await Task.Delay(20, Cancel); // between two polls of the condition
        }
    }
}
