using System.Buffers;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// What peers hold of this node at the moment, against what they may (<see cref="Libp2pOptions.MaxMemory"/> and its like). All buffers of all connections
/// are rented through it and streams entered, so that after the last connection everything stands at zero again.
/// </summary>
/// <param name="options">The bounds.</param>
internal sealed class ResourceLedger(Libp2pOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, PeerAccount> _accounts = [];
    private long _memory;
    private int _buffers;
    private int _streams;

    /// <summary>Bytes in buffers.</summary>
    public long Memory => Interlocked.Read(ref _memory);

    /// <summary>Buffers rented.</summary>
    public int Buffers => Volatile.Read(ref _buffers);

    /// <summary>Streams open, whoever opened them.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Peers with a connection that has proved who they are.</summary>
    public int Peers
    {
        get { lock (_gate) return _accounts.Count; }
    }

    /// <summary>Three quarters are taken: nothing new comes in and no window grows, so that the rest is left to what runs already.</summary>
    public bool IsShort => Memory > options.MaxMemory / 4 * 3;

    public Libp2pOptions Options => options;

    /// <summary>The account of a peer with one more connection; <see cref="PeerAccount.Leave"/> ends it.</summary>
    public PeerAccount Enter(PeerId peer)
    {
        lock (_gate)
        {
            if (!_accounts.TryGetValue(peer, out var account)) _accounts.Add(peer, account = new PeerAccount(this, peer));
            account.Connections++;
            return account;
        }
    }

    public void Leave(PeerAccount account)
    {
        lock (_gate)
        {
            if (--account.Connections == 0) _accounts.Remove(account.Peer);
        }
    }

    /// <summary>Counts a buffer, whatever is taken already.</summary>
    public void Take(int bytes)
    {
        Interlocked.Add(ref _memory, bytes);
        Interlocked.Increment(ref _buffers);
    }

    /// <summary>Counts a buffer unless there is no room for it.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _memory, bytes) > options.MaxMemory)
        {
            Interlocked.Add(ref _memory, -bytes);
            return false;
        }

        Interlocked.Increment(ref _buffers);
        return true;
    }

    public void GiveBack(int bytes)
    {
        Interlocked.Add(ref _memory, -bytes);
        Interlocked.Decrement(ref _buffers);
    }

    /// <summary>A buffer that must be had and is no peer's alone.</summary>
    /// <param name="length">At least so long, bytes.</param>
    public byte[] Rent(int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        Take(buffer.Length);
        return buffer;
    }

    public void Return(byte[] buffer)
    {
        GiveBack(buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    public void AddStream() => Interlocked.Increment(ref _streams);

    public void RemoveStreams(int count) => Interlocked.Add(ref _streams, -count);
}
