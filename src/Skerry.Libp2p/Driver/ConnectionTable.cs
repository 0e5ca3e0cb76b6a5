using System.Runtime.InteropServices;

namespace Skerry.Libp2p.Driver;

/// <summary>The open connections, and the bounds on how many there may be.</summary>
/// <param name="options">The bounds.</param>
internal sealed class ConnectionTable(Libp2pOptions options)
{
    /// <summary>Round trips this near to each other are the same.</summary>
    private static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, List<Connection>> _byPeer = [];
    private int _taken;
    private bool _isClosed;

    /// <summary>Connections open or shaking hands.</summary>
    public int Taken => Volatile.Read(ref _taken);

    public IReadOnlyList<Connection> All
    {
        get { lock (_gate) return [.. _byPeer.Values.SelectMany(connections => connections)]; }
    }

    /// <summary>Takes a place for a connection that is to be made.</summary>
    /// <returns>False when all are taken.</returns>
    public bool TryTakePlace()
    {
        lock (_gate)
        {
            if (_isClosed || _taken >= options.MaxConnections) return false;
            _taken++;
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void GiveBackPlace()
    {
        lock (_gate) _taken--;
    }

    /// <summary>Enters a connection that has shaken hands.</summary>
    /// <returns>False when its peer has enough of them, or nothing is taken in any more.</returns>
    public bool TryAdd(Connection connection)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            if (!_byPeer.TryGetValue(connection.Peer, out var connections)) _byPeer.Add(connection.Peer, connections = []);
            if (connections.Count >= options.MaxConnectionsPerPeer) return false;
            connections.Add(connection);
            return true;
        }
    }

    public void Remove(Connection connection)
    {
        lock (_gate)
        {
            if (!_byPeer.TryGetValue(connection.Peer, out var connections)) return;
            connections.Remove(connection);
            if (connections.Count == 0) _byPeer.Remove(connection.Peer);
        }
    }

    /// <summary>
    /// The connection to use for a peer, of those that are not over; null when there is none. A direct one goes before one through a relay, then the lower
    /// round trip before the higher; of those about as fast the newest, since an old one may have died unnoticed.
    /// </summary>
    public Connection? Find(PeerId peer)
    {
        lock (_gate)
        {
            Connection? best = null;
            foreach (var connection in CollectionsMarshal.AsSpan(_byPeer.GetValueOrDefault(peer)))
            {
                if (connection.Session.Failure is null && (best is null || IsAsGood(connection, best))) best = connection;
            }

            return best;
        }
    }

    /// <summary>One certain connection; null when it is over.</summary>
    public Connection? Find(PeerConnection described)
    {
        lock (_gate) return _byPeer.TryGetValue(described.Peer, out var connections) ? connections.Find(connection => connection.Id == described.Id) : null;
    }

    /// <summary>Nothing more is taken in.</summary>
    public IReadOnlyList<Connection> Close()
    {
        lock (_gate) _isClosed = true;
        return All;
    }

    private static bool IsAsGood(Connection later, Connection earlier)
    {
        if (later.IsRelayed != earlier.IsRelayed) return earlier.IsRelayed;
        // One that has not been measured yet is taken for slow.
        var (mine, other) = (later.Session.RoundTrip, earlier.Session.RoundTrip);
        if (mine == TimeSpan.Zero || other == TimeSpan.Zero) return other == TimeSpan.Zero;
        return mine <= (other * 1.25) + Jitter;
    }
}
