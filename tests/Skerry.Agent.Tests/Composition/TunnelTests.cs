using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.Composition;

/// <summary>Whole agents of two sites that take no connections in, and two relays between them.</summary>
public sealed class TunnelTests : IAsyncDisposable
{
    private readonly string _key = MeshKey.Generate();
    private readonly TestPlace[] _relayPlaces = [new(), new()];
    private readonly List<TestPlace> _places = [];
    private readonly List<SkerryProcess> _agents = [];

    [Fact]
    public async Task A_download_from_another_site_goes_on_when_its_relay_is_killed()
    {
        var relays = new[] { await StartAsync("relay1", "cloud1", _relayPlaces[0]), await StartAsync("relay2", "cloud2", _relayPlaces[1]) };
        using var service = new TcpListener(_relayPlaces[0].Host, 0);
        service.Start();
        var there = await StartAsync("there", "factory", Place(), $"services: [{{ name: orders, address: '{Address(service).Address}', port: {Address(service).Port}, exported: true }}]\n");
        var here = await StartAsync("here", "shop", Place());
        var (_, api) = here;
        await using var forward = SkerryProcess.Start("forward", "orders@factory", "--listen", "127.0.0.1:0", "--address", api.ToString());
        var local = IPEndPoint.Parse((await forward.UntilLineAsync("orders@factory is at ")).Split(' ')[3]);
        await here.Agent.UntilLineAsync("relay1 puts callers through");
        await there.Agent.UntilLineAsync("relay2 puts callers through");
        await there.Agent.UntilLineAsync("relay1 puts callers through");

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var payload = RandomNumberGenerator.GetBytes(40_000_000);
        var serving = ServeAsync(service, payload, limit.Token);
        var first = new byte[1_000_000];
        using var client = await BeginAsync(local, first, limit.Token);

        var why = await SkerryProcess.RunAsync("why", "there", "--address", api.ToString());
        Assert.Contains("there is connected, relayed", why.Output, StringComparison.Ordinal);
        var used = why.Output.Contains($"/ip4/{_relayPlaces[0].Host}/tcp/20006/p2p/", StringComparison.Ordinal)
            && why.Output.Split('\n')[0].Contains($"/ip4/{_relayPlaces[0].Host}/", StringComparison.Ordinal) ? 0 : 1;
        relays[used].Agent.Signal(SkerryProcess.SIGKILL);
        using var rest = new MemoryStream();
        await client.GetStream().CopyToAsync(rest, limit.Token);
        service.Stop();
        await serving;
        Assert.True(payload.AsSpan().SequenceEqual((byte[])[.. first, .. rest.ToArray()]));
        await here.Agent.UntilLineAsync("goes on over Relayed");

        await AssertCountedAsync(api, payload.Length);
        var list = await SkerryProcess.RunAsync("relay", "list", "--address", api.ToString());
        Assert.Contains("relay" + (2 - used), list.Output, StringComparison.Ordinal);
        Assert.Contains("there: ", (await SkerryProcess.RunAsync("ping", "there", "-c", "1", "--address", api.ToString())).Output, StringComparison.Ordinal);
        Assert.Contains("it takes no connections in", (await SkerryProcess.RunAsync("tunnel", "status", "--address", api.ToString())).Output, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents) await agent.DisposeAsync();
        foreach (var place in _places.Concat(_relayPlaces)) place.Dispose();
    }

    /// <summary>What an operator's dashboard would show of all that.</summary>
    private static async Task AssertCountedAsync(IPEndPoint api, int length)
    {
        using var http = new HttpClient();
        var series = (await http.GetStringAsync(new Uri($"http://{api}/metrics"))).Split('\n').Where(line => line.StartsWith("skerry_", StringComparison.Ordinal))
            .Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => double.Parse(parts[^1], CultureInfo.InvariantCulture));
        Assert.Equal(length, series["skerry_tunnel_bytes_total{service=\"orders\",path=\"relayed\",direction=\"in\"}"]);
        Assert.True(series["skerry_tunnel_failover_duration_seconds_count"] >= 1);
        Assert.True(series["skerry_tunnel_failover_duration_seconds_sum"] > 0);
        Assert.InRange(series["skerry_tunnel_reservations"], 0, 1);
        Assert.Equal(1, series["skerry_tunnel_sessions"]);
        // To the relays straight, to the other node through them.
        foreach (var path in (string[])["direct", "relayed"])
        {
            Assert.True(series[$"skerry_tunnel_round_trip_seconds_count{{path=\"{path}\"}}"] > 0);
            Assert.True(series[$"skerry_tunnel_round_trip_seconds_sum{{path=\"{path}\"}}"] > 0);
        }
    }

    private static IPEndPoint Address(TcpListener listener) => (IPEndPoint)listener.LocalEndpoint;

    /// <summary>Whether the other site is seen yet decides whether a connection is taken or closed at once.</summary>
    /// <returns>The connection of which the first bytes have come.</returns>
    private static async Task<TcpClient> BeginAsync(IPEndPoint forward, byte[] first, CancellationToken cancel)
    {
        while (true)
        {
            var client = new TcpClient();
            try
            {
                await client.ConnectAsync(forward, cancel);
                await client.GetStream().ReadExactlyAsync(first, cancel);
                return client;
            }
            catch (Exception closed) when (closed is SocketException or IOException)
            {
                // It led nowhere yet.
            }

            client.Dispose();
            await Task.Delay(20, cancel); // between two tries
        }
    }

    /// <summary>Sends the payload to whoever connects, one after the other, until the listener is stopped.</summary>
    private static async Task ServeAsync(TcpListener service, byte[] payload, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                using var socket = await service.AcceptSocketAsync(cancel);
                using var stream = new NetworkStream(socket);
                await stream.WriteAsync(payload, cancel);
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (IOException)
            {
                // A client that went.
            }
        }
    }

    private TestPlace Place()
    {
        var place = new TestPlace();
        _places.Add(place);
        return place;
    }

    private async Task<(SkerryProcess Agent, IPEndPoint Api)> StartAsync(string node, string group, TestPlace place, string more = "")
    {
        var file = place.File(node + ".yaml");
        File.WriteAllText(file, $$"""
            node: { name: {{node}}, group: {{group}} }
            key: '{{_key}}'
            gossip: { bind: '{{place.Host}}:0', profile: local }
            api: { address: '{{place.Host}}:0' }
            edgeTunnel:
              mode: {{(node.StartsWith("relay", StringComparison.Ordinal) ? "serverAndClient" : "clientOnly")}}
              relayNodes:
                - { nodeName: relay1, advertiseAddress: ['{{_relayPlaces[0].Host}}'] }
                - { nodeName: relay2, advertiseAddress: ['{{_relayPlaces[1].Host}}'] }

            """ + more);
        var agent = SkerryProcess.Start("agent", "--config", file);
        _agents.Add(agent);
        return (agent, await agent.UntilReadyAsync());
    }
}
