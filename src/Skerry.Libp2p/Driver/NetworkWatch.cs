using System.Net;
using System.Net.NetworkInformation;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// Hears when this machine's addresses change. A connection from an address that is gone can carry nothing more, but the system does not say so: it would try
/// again and again until somebody gives up. So it ends here.
/// </summary>
internal sealed class NetworkWatch : IAsyncDisposable
{
    /// <summary>Changes come in bursts, and an address is told of before it is of use: after the last one there is another look.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly ConnectionTable _connections;
    private readonly Action _changed;
    private readonly ITimer _timer;
    private HashSet<IPAddress> _addresses = [];

    /// <param name="connections">Those there are.</param>
    /// <param name="changed">Told when the addresses are others than before; it should not wait.</param>
    /// <param name="time">For the second look.</param>
    public NetworkWatch(ConnectionTable connections, Action changed, TimeProvider time)
    {
        (_connections, _changed) = (connections, changed);
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start()
    {
        _addresses = Read() ?? [];
        NetworkChange.NetworkAddressChanged += OnNews;
    }

    public async ValueTask DisposeAsync()
    {
        NetworkChange.NetworkAddressChanged -= OnNews;
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the connections from addresses that are not this machine's.</summary>
    public void Drop(Func<IPAddress, bool> isOwn)
    {
        foreach (var connection in _connections.All)
        {
            if (connection.Local is { } local && !isOwn(local)) connection.Session.Break(new Libp2pException($"this machine has left {local}"));
        }
    }

    /// <summary>Null: they cannot be read now.</summary>
    private static HashSet<IPAddress>? Read()
    {
        try
        {
            // Whatever the state of the interface: one whose cable is out may come back, and its connections with it.
            return [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(unicast => MdnsInterfaces.Unscoped(unicast.Address))];
        }
        catch (NetworkInformationException)
        {
            // One went away while they were counted.
            return null;
        }
    }

    private void OnNews(object? sender, EventArgs change)
    {
        Look();
        _timer.Change(Settle, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        lock (_gate)
        {
            if (Read() is not { } now || now.SetEquals(_addresses)) return;
            _addresses = now;
            Drop(address => now.Contains(address) || IPAddress.IsLoopback(address));
        }

        _changed();
    }
}
