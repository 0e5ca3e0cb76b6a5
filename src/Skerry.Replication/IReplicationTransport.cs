namespace Skerry.Replication;

/// <summary>
/// How replication reaches the other nodes of its group. Today gossip's own UDP and TCP carry it, later the tunnel's streams;
/// the agent gives the adapter.
/// </summary>
public interface IReplicationTransport
{
    /// <summary>Members that speak replication and are held alive, this node excluded, in ordinal order: a snapshot.</summary>
    IReadOnlyList<string> Peers { get; }

    /// <summary>The largest message <see cref="TrySendDatagram"/> takes, bytes.</summary>
    int MaxDatagramPayload { get; }

    /// <summary>Sends one message that may be lost; never waits. False when the peer is unknown or the message too large.</summary>
    bool TrySendDatagram(string peer, ReadOnlySpan<byte> message);

    /// <summary>Sends one message of any size up to 20 MiB; false when the peer could not be reached or did not take it in time.</summary>
    Task<bool> SendStreamAsync(string peer, ReadOnlyMemory<byte> message, CancellationToken cancellation);

    /// <summary>Messages as they arrive, from datagrams and streams alike; ends when the token is cancelled.</summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellation);
}
