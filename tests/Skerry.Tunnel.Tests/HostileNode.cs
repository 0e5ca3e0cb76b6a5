using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;
using Skerry.Tunnel.Core.Session;
using Skerry.Tunnel.Driver;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Tests;

/// <summary>A node of the mesh that has proved its name and then speaks the tunnel's protocols by hand, as badly as the test wants.</summary>
internal sealed class HostileNode : IAsyncDisposable
{
    private readonly Libp2pHost _host;
    private readonly PeerConnection _connection;

    private HostileNode(Libp2pHost host, PeerConnection connection) => (_host, _connection) = (host, connection);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<HostileNode> ConnectAsync(TestMesh mesh, string name, TunnelNode to)
    {
        var settings = new Libp2pOptions { Identity = mesh.Key.KeyOf(name), PreSharedKey = mesh.Key.Network };
        var host = await Libp2pHost.StartAsync(settings, TimeProvider.System, NullLogger.Instance, TestMesh.Meters);
        var connection = await host.DialAsync(to.Status.Listening[0].WithPeer(to.Peer), Cancel);
        await using var hello = await host.OpenAsync(connection, [PeerNames.Protocol], Cancel);
        await hello.SendMessageAsync(new HelloMessage { Node = name, Group = name + "-site" }, Cancel);
        await hello.ReceiveMessageAsync(HelloMessage.Parser, Cancel);
        return new HostileNode(host, connection);
    }

    public static SessionRequest Request(Guid id, ulong limit = 1 << 20) => new()
    {
        Id = Google.Protobuf.ByteString.CopyFrom(id.ToByteArray()),
        Service = TestMesh.Echo.Service,
        Instance = TestMesh.Echo.Instance,
        Network = TestMesh.Echo.Network,
        Limit = limit,
        Attempt = 1,
    };

    public static SessionRequest Resumption(Guid id, ulong received, ulong limit = 1 << 20)
    {
        var request = Request(id, limit);
        (request.IsResume, request.Received, request.Attempt) = (true, received, 2);
        return request;
    }

    public static byte[] Frame(FrameType type, params byte[] payload) => Frame((byte)type, payload.Length, payload);

    public static byte[] Frame(byte type, int length, params byte[] payload) =>
        [type, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. payload];

    public Task<Libp2pStream> OpenAsync(string protocol = SessionService.Protocol) => _host.OpenAsync(_connection, [protocol], Cancel);

    /// <summary>Asks for a session, or for its next path.</summary>
    public async Task<(Libp2pStream Stream, SessionAnswer Answer)> AskAsync(SessionRequest request)
    {
        var stream = await OpenAsync();
        await stream.SendMessageAsync(request, Cancel);
        return (stream, await stream.ReceiveMessageAsync(SessionAnswer.Parser, Cancel));
    }

    /// <summary>Reads until the stream ends or breaks.</summary>
    public static async Task<bool> HasEndedAsync(Libp2pStream stream)
    {
        await Record.ExceptionAsync(() => stream.CopyToAsync(Stream.Null, Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        return true;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
