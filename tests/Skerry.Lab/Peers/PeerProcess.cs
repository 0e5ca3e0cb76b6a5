using Skerry.Lab.Fabric;
using Skerry.Lab.Programs;

namespace Skerry.Lab.Peers;

/// <summary>A <see cref="PeerProgram"/> on a lab's machine, as the test sees it.</summary>
internal sealed class PeerProcess(LabHost host) : IAsyncDisposable
{
    public const int Port = 4001;

    private readonly ProgramClient<PeerRequest, PeerAnswer> _program = new(host, "peer");

    /// <summary>Its peer id.</summary>
    public string Peer { get; private set; } = "";

    /// <summary>Where its own LAN reaches it; without a NAT the world too.</summary>
    public string Address => $"/ip4/{host.Address}/tcp/{Port}/p2p/{Peer}";

    /// <summary>Starts a peer that listens on all its machine's addresses.</summary>
    public static async Task<PeerProcess> StartAsync(LabHost host, bool isRelay = false, bool isInLan = false)
    {
        var peer = new PeerProcess(host);
        try
        {
            var answer = await peer._program.AskAsync(new PeerRequest { Do = "start", Name = host.Name, Address = $"/ip4/0.0.0.0/tcp/{Port}", IsRelay = isRelay, IsInLan = isInLan });
            peer.Peer = answer.Peer!;
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public Task<PeerAnswer> ConnectAsync(string address) => _program.AskAsync(new PeerRequest { Do = "connect", Address = address });

    public Task<PeerAnswer> ReserveAsync(PeerProcess relay) => _program.AskAsync(new PeerRequest { Do = "reserve", Address = relay.Address });

    public Task<PeerAnswer> PingAsync(PeerProcess peer) => _program.AskAsync(new PeerRequest { Do = "ping", Peer = peer.Peer });

    public Task<PeerAnswer> EchoAsync(PeerProcess peer, int bytes) => _program.AskAsync(new PeerRequest { Do = "echo", Peer = peer.Peer, Bytes = bytes });

    /// <summary>Waits until it has found a peer in its LAN, where that peer is now.</summary>
    public Task<PeerAnswer> UntilFoundAsync(PeerProcess peer, double seconds) =>
        _program.AskAsync(new PeerRequest { Do = "found", Peer = peer.Peer, Address = peer.Address, Seconds = seconds });

    /// <summary>Waits for a connection that no relay carries; without one the answer has an error.</summary>
    public Task<PeerAnswer> UntilDirectAsync(PeerProcess peer, double seconds) => _program.TryAskAsync(new PeerRequest { Do = "direct", Peer = peer.Peer, Seconds = seconds });

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
