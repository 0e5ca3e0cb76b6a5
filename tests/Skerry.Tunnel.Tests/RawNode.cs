using Google.Protobuf;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;
using Skerry.Tunnel.Driver;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Tests;

/// <summary>A node of the mesh that keeps to the protocols only as far as a test wants.</summary>
internal sealed class RawNode : IAsyncDisposable
{
    private RawNode(string name, Libp2pHost host) => (Name, Host) = (name, host);

    public string Name { get; }

    public Libp2pHost Host { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<RawNode> StartAsync(TestMesh mesh, string name)
    {
        var settings = new Libp2pOptions { Identity = mesh.Key.KeyOf(name), Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")], PreSharedKey = mesh.Key.Network };
        var node = new RawNode(name, await Libp2pHost.StartAsync(settings, TimeProvider.System, NullLogger.Instance, TestMesh.Meters));
        node.Host.Handle(PeerNames.Protocol, async (stream, cancel) =>
        {
            await stream.ReceiveMessageAsync(HelloMessage.Parser, cancel);
            await stream.SendMessageAsync(new HelloMessage { Node = name, Group = "raw-site" }, cancel);
            await stream.EndWritingAsync(cancel);
        });
        mesh.Directory.Set(new NodeRoutes(name, "raw-site", node.Host.Addresses, IsRelay: false, ""));
        return node;
    }

    /// <summary>Asks a node for a session, over a connection of its own.</summary>
    public async Task<RawQuestion> AskAsync(TunnelNode node, Guid id, uint attempt, ulong received = 0)
    {
        var connection = await Host.DialAsync(node.Routes.Addresses[0], Cancel);
        await using (var hello = await Host.OpenAsync(connection, [PeerNames.Protocol], Cancel))
        {
            await hello.SendMessageAsync(new HelloMessage { Node = Name, Group = "raw-site" }, Cancel);
            await hello.EndWritingAsync(Cancel);
            await hello.ReceiveMessageAsync(HelloMessage.Parser, Cancel);
        }

        var stream = await Host.OpenAsync(connection, [SessionService.Protocol], Cancel);
        var request = new SessionRequest
        {
            Id = ByteString.CopyFrom(id.ToByteArray()),
            Service = TestMesh.Echo.Service,
            Instance = TestMesh.Echo.Instance,
            Network = TestMesh.Echo.Network,
            Received = received,
            Limit = 1 << 20,
            Attempt = attempt,
        };
        await stream.SendMessageAsync(request, Cancel);
        return new RawQuestion(Host, connection, stream);
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
