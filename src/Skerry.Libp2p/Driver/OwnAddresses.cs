using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

using Skerry.Libp2p.Core.Reachability;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Where this node is reached, as far as it knows: where it listens, where its caller says, and where peers see it.</summary>
internal sealed class OwnAddresses
{
    /// <summary>Asking the system for its interfaces costs more than answering a peer.</summary>
    private static readonly TimeSpan InterfacesAge = TimeSpan.FromSeconds(5);

    private readonly Libp2pOptions _options;
    private readonly Func<IReadOnlyList<IPEndPoint>> _listening;
    private readonly Func<IReadOnlyList<Listener>> _web;
    private readonly MonotonicClock _clock;
    private readonly ObservedAddresses _observed;
    private readonly Lock _gate = new();
    private readonly HashSet<Multiaddr> _proved = [];

    // By the connection to the relay: with it the reservation is gone.
    private readonly Dictionary<long, (Instant Expires, IReadOnlyList<Multiaddr> Ways)> _reserved = [];
    private volatile IReadOnlyList<Multiaddr> _announced;
    private IPAddress[] _interfaces = [];
    private Instant _interfacesRead = Instant.Origin - InterfacesAge;

    public OwnAddresses(Libp2pOptions options, Func<IReadOnlyList<IPEndPoint>> listening, Func<IReadOnlyList<Listener>> web, TimeProvider time)
    {
        (_options, _listening, _web, _clock) = (options, listening, web, new MonotonicClock(time));
        _announced = options.Announce;
        _observed = new ObservedAddresses(options.ObservedAddressConfirmations);
    }

    /// <summary>What its caller says of where it is reached, beside where it listens.</summary>
    public void SetAnnounced(IReadOnlyList<Multiaddr> addresses) => _announced = addresses;

    /// <summary>What peers say, the most seen first.</summary>
    public IReadOnlyList<ObservedAddress> Observed
    {
        get
        {
            lock (_gate)
            {
                _observed.Expire(_clock.Now);
                return [.. _observed.All];
            }
        }
    }

    /// <summary>What peers are told: what is reached straight, and the ways through relays that hold a reservation.</summary>
    public IReadOnlyList<Multiaddr> Told
    {
        get
        {
            var direct = Direct;
            lock (_gate) return [.. direct.Concat(_reserved.Values.Where(one => one.Expires > _clock.Now).SelectMany(one => one.Ways)).Distinct()];
        }
    }

    /// <summary>Where this node listens, where its caller says, and where it is seen, as far as that is believed or proved.</summary>
    public IReadOnlyList<Multiaddr> Direct
    {
        get
        {
            var observed = Observed;
            lock (_gate) return [.. Listened.Concat(_announced).Concat(observed.Where(one => one.IsBelieved || _proved.Contains(one.Address)).Select(one => one.Address)).Distinct()];
        }
    }

    /// <summary>What a peer gets to dial when both want through their NATs, the likeliest first: that one peer alone has seen an address is no harm there.</summary>
    public IReadOnlyList<Multiaddr> Offered => [.. Known.Take(Candidates.Max)];

    /// <summary>All that may be its own.</summary>
    public IEnumerable<Multiaddr> Known => Observed.Select(one => one.Address).Concat(_announced).Concat(Listened).Distinct();

    /// <summary>The same, first what its caller says: that others are to be asked about.</summary>
    public IEnumerable<Multiaddr> Claimed => _announced.Concat(Known).Distinct();

    /// <summary>Where it listens; what stands for all interfaces is spelled out.</summary>
    public IReadOnlyList<Multiaddr> Listened =>
        [.. _listening().SelectMany(Expand).Select(Multiaddr.FromTcp).Concat(_web().SelectMany(listener => Expand(listener.EndPoint).Select(listener.AddressAt))).Distinct()];

    /// <summary>A peer says where it sees this node.</summary>
    public void OnObserved(Connection connection, Multiaddr? address)
    {
        // The port of a call that went out from anywhere says nothing about the listener's.
        if (address is null || !connection.IsFromListener || !connection.Address.TryGetTcp(out var peer) || peer is not IPEndPoint { Address: var from }) return;
        address = address.WithoutPeer();
        if (Listened.Contains(address)) return;
        lock (_gate) _observed.Report(address, connection.Id, from, _options.IsTrustedObserver(connection.Peer), _clock.Now);
    }

    /// <summary>A relay puts callers through for so long.</summary>
    public void OnReserved(Connection relay, IReadOnlyList<Multiaddr> ways, TimeSpan time)
    {
        lock (_gate) _reserved[relay.Id] = (_clock.Now + time, [.. ways.Take(Candidates.Max)]);
    }

    public void OnClosed(Connection connection)
    {
        lock (_gate)
        {
            _reserved.Remove(connection.Id);
            _observed.Closed(connection.Id, _clock.Now);
        }
    }

    /// <summary>The machine's interfaces are not what they were.</summary>
    public void OnNetworkChanged()
    {
        lock (_gate) _interfacesRead = Instant.Origin - InterfacesAge;
    }

    /// <summary>These have been dialled from outside, and no others have.</summary>
    public void SetProved(IEnumerable<Multiaddr> addresses)
    {
        lock (_gate)
        {
            _proved.Clear();
            _proved.UnionWith(addresses);
        }
    }

    private IEnumerable<IPEndPoint> Expand(IPEndPoint listening)
    {
        if (!listening.Address.Equals(IPAddress.Any) && !listening.Address.Equals(IPAddress.IPv6Any)) return [listening];
        var all = Interfaces().Where(address => address.AddressFamily == listening.AddressFamily && Candidates.ScopeOf(address) is not AddressScope.None).ToArray();
        var reached = all.Where(address => !IPAddress.IsLoopback(address)).ToArray();
        return (reached.Length > 0 ? reached : all).Select(address => new IPEndPoint(address, listening.Port));
    }

    private IPAddress[] Interfaces()
    {
        lock (_gate)
        {
            if (_clock.Now - _interfacesRead < InterfacesAge) return _interfaces;
            _interfacesRead = _clock.Now;
            try
            {
                _interfaces = [.. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(card => card.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                    .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                    .Select(unicast => unicast.Address)
                    .Where(address => address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)];
            }
            catch (NetworkInformationException)
            {
                // What was known a while ago has to do.
            }

            return _interfaces;
        }
    }
}
