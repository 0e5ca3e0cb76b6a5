using Skerry.Libp2p;

namespace Skerry.Tunnel.Driver;

/// <summary>A service that an EdgeMesh agent asks for.</summary>
/// <param name="service">Answers it.</param>
/// <param name="connection">Who asks, and over what.</param>
/// <param name="stream">Carries it.</param>
/// <param name="target">The address it is known by there, as the instance.</param>
internal sealed class EdgeMeshSession(EdgeMeshService service, PeerConnection connection, Libp2pStream stream, SessionTarget target) : IncomingSession
{
    /// <summary>It has no name in this mesh.</summary>
    public override string Caller => $"EdgeMesh peer {connection.Peer}";

    /// <summary>It is of no group.</summary>
    public override string CallerGroup => "";

    public override SessionTarget Target => target;

    public override async Task<SessionStream> AcceptAsync(CancellationToken cancel)
    {
        await EdgeMeshService.AcceptAsync(stream, cancel).ConfigureAwait(false);
        return new SinglePathSession(Caller, target, stream, connection);
    }

    public override Task RefuseAsync(SessionRefusal why, string message, CancellationToken cancel) => service.RefuseAsync(stream, Caller, target, why, message, cancel);
}
