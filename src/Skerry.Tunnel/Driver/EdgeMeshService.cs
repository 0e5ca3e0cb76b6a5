using Google.Protobuf;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Driver;

/// <summary>
/// Answers EdgeMesh's two stream protocols, for its agents in the same private network. They have no sessions: what they carry ends with its path. An address they name
/// is no address to dial: whoever serves looks for a service that is registered there.
/// </summary>
/// <param name="metrics">Counts refusals.</param>
/// <param name="time">For deadlines.</param>
/// <param name="logger">Tells of refusals.</param>
internal sealed class EdgeMeshService(TunnelMetrics metrics, TimeProvider time, ILogger logger)
{
    public const string DiscoveryProtocol = "/libp2p/tunnel-discovery/1.0.0";
    public const string ProxyProtocol = "/libp2p/tunnel-proxy/1.0.0";

    /// <summary>The longest message, bytes: EdgeMesh's own.</summary>
    private const int MaxLength = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Decides about what is asked for, and serves it; null: all is refused.</summary>
    public Func<IncomingSession, CancellationToken, Task>? Answer { get; set; }

    /// <summary>A peer says that it has found this node.</summary>
    public async Task DiscoverAsync(PeerConnection connection, Libp2pStream stream, CancellationToken cancel)
    {
        var message = await ReceiveAsync(stream, cancel).WaitAsync(Patience, time, cancel).ConfigureAwait(false);
        var isKnown = message is { Type: EdgeMeshMessage.Types.Kind.Connect };
        await SayAsync(stream, isKnown ? EdgeMeshMessage.Types.Kind.Success : EdgeMeshMessage.Types.Kind.Failed, cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>A peer asks for a service of this node by the address it knows it by.</summary>
    public async Task ProxyAsync(PeerConnection connection, Libp2pStream stream, CancellationToken cancel)
    {
        var message = await ReceiveAsync(stream, cancel).WaitAsync(Patience, time, cancel).ConfigureAwait(false);
        var asked = new EdgeMeshSession(this, connection, stream, new SessionTarget("", $"{message?.Ip}:{message?.Port}", message?.Protocol == "udp" ? "udp" : "tcp"));
        if (message is { Type: EdgeMeshMessage.Types.Kind.Connect } && Answer is { } answer) await answer(asked, cancel).ConfigureAwait(false);
        else await asked.RefuseAsync(SessionRefusal.Unknown, "it asks for nothing that can be", cancel).ConfigureAwait(false);
    }

    public static Task AcceptAsync(Libp2pStream stream, CancellationToken cancel) => SayAsync(stream, EdgeMeshMessage.Types.Kind.Success, cancel);

    public async Task RefuseAsync(Libp2pStream stream, string caller, SessionTarget target, SessionRefusal why, string message, CancellationToken cancel)
    {
        metrics.Refused(why);
        TunnelLog.SessionRefused(logger, caller, target, message);
        await SayAsync(stream, EdgeMeshMessage.Types.Kind.Failed, cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    private static async Task SayAsync(Libp2pStream stream, EdgeMeshMessage.Types.Kind kind, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        new EdgeMeshMessage { Type = kind }.WriteDelimitedTo(bytes);
        await stream.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), cancel).ConfigureAwait(false);
    }

    /// <returns>Null: it is none.</returns>
    private static async Task<EdgeMeshMessage?> ReceiveAsync(Libp2pStream stream, CancellationToken cancel)
    {
        var (length, shift, one) = (0, 0, new byte[1]);
        do
        {
            // Two bytes hold every length there may be.
            if (shift > 7 || await stream.ReadAtLeastAsync(one, 1, throwOnEndOfStream: false, cancel).ConfigureAwait(false) == 0) return null;
            length |= (one[0] & 0x7F) << shift;
            shift += 7;
        }
        while ((one[0] & 0x80) != 0);
        if (length > MaxLength) return null;
        var bytes = new byte[length];
        if (await stream.ReadAtLeastAsync(bytes, length, throwOnEndOfStream: false, cancel).ConfigureAwait(false) < length) return null;
        return Messages.TryParse(EdgeMeshMessage.Parser, bytes, out var message) ? message : null;
    }
}
