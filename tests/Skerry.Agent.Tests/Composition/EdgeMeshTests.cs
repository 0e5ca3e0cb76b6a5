using System.Diagnostics.Metrics;
using System.Text;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Agent.Configuration;
using Skerry.Libp2p;
using Skerry.Proxy.Tests;
using Skerry.Tunnel;

namespace Skerry.Agent.Tests.Composition;

/// <summary>A whole agent that answers EdgeMesh's: a peer with the private network's key asks for addresses in their protocol.</summary>
public sealed class EdgeMeshTests
{
    private const string Protocol = "/libp2p/tunnel-proxy/1.0.0";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_EdgeMesh_agent_reaches_exported_services_by_their_addresses_and_nothing_else()
    {
        using var place = new TestPlace();
        await using var orders = TcpService.Echo("orders");
        await using var secret = TcpService.Echo("secret");
        var key = MeshKey.Generate();
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure($$"""
            key: '{{key}}'
            edgeTunnel: { edgeMesh: true }
            services:
              - { name: orders, address: 127.0.0.1, port: {{orders.Port}}, exported: true }
              - { name: secret, address: 127.0.0.1, port: {{secret.Port}} }

            """));
        await agent.UntilReadyAsync();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var settings = new Libp2pOptions { Identity = IdentityKey.Generate(), PreSharedKey = new MeshIdentity(Convert.FromBase64String(key)).Network };
        await using var peer = await Libp2pHost.StartAsync(settings, TimeProvider.System, NullLogger.Instance, services.GetRequiredService<IMeterFactory>());
        var connection = await peer.DialAsync(Multiaddr.Parse($"/ip4/{place.Host}/tcp/20006"), Cancel);

        Assert.Equal([2, 8, 1, .. "orders:hello"u8], await AskAsync("127.0.0.1", orders.Port));
        Assert.Equal([2, 8, 2], await AskAsync("127.0.0.1", secret.Port));
        Assert.Equal([2, 8, 2], await AskAsync(place.Host.ToString(), 8500));
        await agent.UntilLineAsync("Refused secret (secret) to ");
        Assert.Equal((1, 0), (orders.Connections, secret.Connections));

        // A message of type 0, CONNECT, with the host as field 4 and the port as field 5; what follows it goes to the service.
        async Task<byte[]> AskAsync(string host, int port)
        {
            await using var stream = await peer.OpenAsync(connection, [Protocol], Cancel);
            byte[] message = [8, 0, 0x22, (byte)host.Length, .. Encoding.ASCII.GetBytes(host), 40, (byte)(port & 0x7F | 0x80), (byte)(port >> 7 & 0x7F | 0x80), (byte)(port >> 14)];
            await stream.WriteAsync((byte[])[(byte)message.Length, .. message, .. "hello"u8], Cancel);
            await stream.EndWritingAsync(Cancel);
            using var answer = new MemoryStream();
            await stream.CopyToAsync(answer, Cancel);
            return answer.ToArray();
        }
    }
}
