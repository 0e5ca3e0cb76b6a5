using System.Buffers;

namespace Skerry.Libp2p.Driver;

/// <summary>What one peer holds over all its connections: what it sends unread, what it is sent and does not take, its streams. It costs nobody but itself.</summary>
/// <param name="ledger">The whole.</param>
/// <param name="peer">Whose.</param>
internal sealed class PeerAccount(ResourceLedger ledger, PeerId peer)
{
    private long _memory;
    private int _incoming;

    public PeerId Peer => peer;

    /// <summary>Connections it has; kept by the ledger.</summary>
    public int Connections { get; set; }

    /// <summary>Bytes in buffers.</summary>
    public long Memory => Interlocked.Read(ref _memory);

    /// <summary>Whether windows may grow: neither the peer nor all together are short.</summary>
    public bool MayGrow => !ledger.IsShort && Memory < ledger.Options.MaxMemoryPerPeer / 2;

    /// <summary>A buffer that must be had: what this side itself sends, and the one a connection receives into.</summary>
    /// <param name="length">At least so long, bytes.</param>
    public byte[] Rent(int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        Interlocked.Add(ref _memory, buffer.Length);
        ledger.Take(buffer.Length);
        return buffer;
    }

    /// <summary>A buffer for what the peer sends and nobody has read yet; null when it holds as much as it may.</summary>
    /// <param name="length">At least so long, bytes.</param>
    public byte[]? TryRent(int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        if (Interlocked.Add(ref _memory, buffer.Length) <= ledger.Options.MaxMemoryPerPeer && ledger.TryTake(buffer.Length)) return buffer;
        Interlocked.Add(ref _memory, -buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
        return null;
    }

    public void Return(byte[] buffer)
    {
        Interlocked.Add(ref _memory, -buffer.Length);
        ledger.GiveBack(buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Enters a stream that the peer opens.</summary>
    /// <returns>False when it has as many as it may, or there are too many in all.</returns>
    public bool TryAddIncoming()
    {
        if (ledger.IsShort || ledger.Streams >= ledger.Options.MaxStreams) return false;
        if (Interlocked.Increment(ref _incoming) > ledger.Options.MaxStreamsPerPeer)
        {
            Interlocked.Decrement(ref _incoming);
            return false;
        }

        ledger.AddStream();
        return true;
    }

    /// <summary>Enters a stream that this side opens.</summary>
    public void AddOutgoing() => ledger.AddStream();

    /// <summary>A stream is no more.</summary>
    public void RemoveStream(bool isIncoming)
    {
        ledger.RemoveStreams(1);
        if (isIncoming) Interlocked.Decrement(ref _incoming);
    }

    /// <summary>A connection of the peer is over.</summary>
    public void Leave() => ledger.Leave(this);
}
