using System.Net;

namespace Skerry.Libp2p.Driver;

/// <summary>A session with a proved peer, and how it came about.</summary>
/// <param name="session">Carries the streams.</param>
/// <param name="key">The peer's proved key.</param>
/// <param name="address">Where it is.</param>
/// <param name="isDialler">Whether this node dialled.</param>
/// <param name="security">What protects it.</param>
internal sealed class Connection(YamuxSession session, PublicKey key, Multiaddr address, bool isDialler, string security)
{
    private static long _lastId;
    private readonly long _id = Interlocked.Increment(ref _lastId);
    private readonly TaskCompletionSource<PeerInfo> _info = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PeerInfo? _pushed;

    public long Id => _id;

    public YamuxSession Session => session;

    public PeerId Peer => session.Peer;

    public PublicKey Key => key;

    public Multiaddr Address => address;

    public bool IsDialler => isDialler;

    /// <summary>Whether this end's port is one that is listened on: then where the peer sees this node is where others may reach it.</summary>
    public bool IsFromListener { get; init; }

    /// <summary>This machine's end; null: it is in another connection.</summary>
    public IPAddress? Local { get; init; }

    /// <summary>Whether a relay carries it.</summary>
    public bool IsRelayed { get; } = address.IsCircuit;

    public string Security => security;

    /// <summary>What the peer says of itself, once it has said it.</summary>
    public Task<PeerInfo> Info => _pushed is { } pushed ? Task.FromResult(pushed) : _info.Task;

    /// <summary>Whether the peer has said that it speaks a protocol.</summary>
    public bool Speaks(string protocol) => Info is { IsCompletedSuccessfully: true } info && info.Result.Protocols.Contains(protocol);

    public PeerConnection Describe() => new(_id, Peer, address, isDialler, security, session.RoundTrip);

    /// <summary>The peer has said who it is.</summary>
    public void Identified(PeerInfo info)
    {
        if (!_info.TrySetResult(info)) _pushed = info;
    }

    /// <summary>The peer will not say who it is.</summary>
    public void NotIdentified(Exception why)
    {
        _info.TrySetException(why);
        _ = _info.Task.Exception;
    }
}
