using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;

namespace Skerry.Interop.Tests.Libp2p;

/// <summary>One DHT of Skerry's hosts and js-libp2p's nodes.</summary>
public sealed class JsDhtTests
{
    private const string Protocol = "/skerry/kad/1.0.0";

    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
    private static readonly DhtKey Ours = DhtKey.OfRendezvous("ours");
    private static readonly DhtKey Theirs = DhtKey.OfRendezvous("theirs");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_finds_the_providers_that_the_other_has_put_and_the_peers_it_knows()
    {
        // A line: client - server - js - far. What the ends know of each other they have from the DHT.
        await using var js = await JsPeer.StartAsync("noise", more: new JsonObject { ["dht"] = Protocol });
        await using var server = await StartAsync(DhtMode.Server);
        await using var client = await StartAsync(DhtMode.Client);
        await using var far = await JsPeer.StartAsync("noise", more: new JsonObject { ["dht"] = Protocol });
        var jsId = await server.ConnectAsync(Multiaddr.Parse(js.Address), Cancel);
        await client.ConnectAsync(server.Addresses[0], Cancel);
        await far.AskAsync(new JsonObject { ["do"] = "dial", ["address"] = js.Address });
        var farId = Multiaddr.Parse(far.Address).PeerId!.Value;
        await UntilAsync("we know js", () => Task.FromResult(server.Dht!.Nodes >= 2 && client.Dht!.Nodes >= 1));
        await UntilAsync("js knows us and the other", async () => (int)(await js.AskAsync(new JsonObject { ["do"] = "nodes" }))! >= 2);

        Assert.InRange(await client.Dht!.ProvideAsync(Ours, Cancel), 2, 20);
        var provider = await FindAsync(far, () => new JsonObject { ["do"] = "findProviders", ["key"] = Ours.ToString() }, client.PeerId);
        Assert.Contains(client.Addresses[0].WithoutPeer().ToString(), provider["addresses"]!.AsArray().Select(address => (string?)address));

        Assert.True((int)(await far.AskAsync(new JsonObject { ["do"] = "provide", ["key"] = Theirs.ToString() }))! > 0);
        var theirs = await client.Dht.FindProvidersAsync(Theirs, 1, Cancel).ToListAsync(Cancel);
        Assert.Equal(farId, Assert.Single(theirs).Peer);
        Assert.Contains(Multiaddr.Parse(far.Address).WithoutPeer(), theirs[0].Addresses);

        var peer = await client.Dht.FindPeerAsync(farId, Cancel);
        Assert.Contains(Multiaddr.Parse(far.Address).WithoutPeer(), peer!.Addresses);
        await FindAsync(far, () => new JsonObject { ["do"] = "findPeer", ["peer"] = server.PeerId.ToString() }, server.PeerId);
        Assert.NotEqual(jsId, farId);
    }

    [Fact]
    public async Task A_client_of_ours_is_in_no_table_of_js_libp2p_until_it_is_a_server()
    {
        await using var js = await JsPeer.StartAsync("noise", more: new JsonObject { ["dht"] = Protocol });
        await using var host = await StartAsync(DhtMode.Client);
        await host.GetInfoAsync(await host.ConnectAsync(Multiaddr.Parse(js.Address), Cancel), Cancel);
        await UntilAsync("we know js", () => Task.FromResult(host.Dht!.Nodes == 1));
        Assert.Equal(0, (int)(await js.AskAsync(new JsonObject { ["do"] = "nodes" }))!);
        await host.Dht!.SetModeAsync(DhtMode.Server, Cancel);
        await UntilAsync("js knows us", async () => (int)(await js.AskAsync(new JsonObject { ["do"] = "nodes" }))! == 1);
    }

    /// <summary>Has js-libp2p search until it has found a peer: it gives up on nodes that take longer than they did before, as they do on a busy machine.</summary>
    private static async Task<JsonNode> FindAsync(JsPeer js, Func<JsonObject> command, PeerId wanted)
    {
        JsonNode? found = null;
        await UntilAsync($"js finds {wanted}", async () =>
        {
            try
            {
                found = (await js.AskAsync(command()))!.AsArray().FirstOrDefault(peer => (string?)peer!["id"] == wanted.ToString());
            }
            catch (InvalidOperationException)
            {
                // Not found, this time.
            }

            return found is not null;
        });
        return found!;
    }

    private static Task<Libp2pHost> StartAsync(DhtMode mode) => Libp2pHost.StartAsync(
        new Libp2pOptions
        {
            Identity = IdentityKey.Generate(),
            Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            Dht = new DhtOptions { Mode = mode, Protocol = Protocol },
        },
        TimeProvider.System,
        NullLogger.Instance,
        Meters);

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
