using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

using Skerry.Catalog;
using Skerry.Proxy.Balancing;
using Skerry.Proxy.Forwarding;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Virtual;

/// <summary>
/// The services of the catalog on addresses of their own: a listener for each port that instances of a service have. Follows the catalog; what is there already
/// stays as it is.
/// </summary>
/// <param name="options">How.</param>
/// <param name="identity">This node.</param>
/// <param name="book">Which address a name has.</param>
/// <param name="carrier">Carries what comes.</param>
/// <param name="terms">What listeners have in common.</param>
internal sealed class VirtualServices(VirtualAddressOptions options, ProxyIdentity identity, AddressBook book, TcpCarrier carrier, ConnectionTerms terms) : IServiceAddresses, IAsyncDisposable
{
    /// <summary>Listeners at most: each takes a file descriptor, of which a process has 1024 unless told otherwise.</summary>
    public const int MaxListeners = 512;

    private readonly Dictionary<VirtualKey, ConnectionListener> _listeners = [];
    private readonly HashSet<VirtualKey> _refused = [];
    private volatile ImmutableDictionary<string, ServicePlace> _places = ImmutableDictionary.Create<string, ServicePlace>(StringComparer.Ordinal);
    private bool _wasFull;

    public ServicePlace? Of(string service, string group) => _places.GetValueOrDefault(NameOf(service, group));

    /// <summary>Opens listeners for what is new in a snapshot, and closes those of what is gone with all they carry. One call at a time.</summary>
    public async Task FollowAsync(CatalogSnapshot snapshot)
    {
        var wanted = Wanted(snapshot);
        var names = wanted.Select(service => NameOf(service.Service, service.Group)).ToHashSet(StringComparer.Ordinal);
        var keys = new HashSet<VirtualKey>();
        foreach (var (service, group, ports) in wanted)
        {
            if (book.Assign(NameOf(service, group), names) is not { } address) continue;
            foreach (var port in ports) keys.Add(new VirtualKey(new ServiceQuery(service, group, ServiceNetwork.Tcp), new IPEndPoint(address, port)));
        }

        foreach (var gone in _listeners.Keys.Except(keys).ToArray())
        {
            _listeners.Remove(gone, out var listener);
            await listener!.DisposeAsync();
        }

        _refused.IntersectWith(keys);
        foreach (var key in keys.Where(key => !_listeners.ContainsKey(key))) TryOpen(key);
        _places = _listeners.Keys.GroupBy(key => NameOf(key.Query.Service, key.Query.Group), StringComparer.Ordinal).ToImmutableDictionary(
            places => places.Key,
            places => new ServicePlace(places.First().Place.Address, [.. places.Select(key => key.Place.Port).Order()]),
            StringComparer.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _places = _places.Clear();
        foreach (var listener in _listeners.Values) await listener.DisposeAsync();
        _listeners.Clear();
    }

    private static string NameOf(string service, string group) => group.Length > 0 ? $"{service}@{group}" : service;

    /// <summary>Every service by its name alone, with the ports of all groups' instances, and those of another group by its name too.</summary>
    private List<(string Service, string Group, SortedSet<int> Ports)> Wanted(CatalogSnapshot snapshot)
    {
        var all = new SortedDictionary<string, (string Service, string Group, SortedSet<int> Ports)>(StringComparer.Ordinal);
        foreach (var service in snapshot.ServiceNames) Add(service, "", snapshot.Instances(service));
        foreach (var group in snapshot.Groups.Values.Where(group => group.Name != identity.Group))
        {
            foreach (var service in group.ServiceNames)
            {
                Add(service, "", group.Instances(service));
                Add(service, group.Name, group.Instances(service));
            }
        }

        return [.. all.Values.Where(service => service.Ports.Count > 0)];

        void Add(string service, string group, ImmutableArray<ServiceEntry> instances)
        {
            var name = NameOf(service, group);
            if (!all.TryGetValue(name, out var known)) all[name] = known = (service, group, []);
            known.Ports.UnionWith(instances.Select(entry => entry.Service.Port).Where(port => port > 0));
        }
    }

    private void TryOpen(VirtualKey key)
    {
        if (_listeners.Count >= MaxListeners)
        {
            if (!_wasFull) ProxyLog.VirtualFull(terms.Logger, MaxListeners);
            _wasFull = true;
            return;
        }

        try
        {
            var target = new ForwardTarget(key.Query, Balancers.For(options.Policy));
            var listener = new ConnectionListener(key.Place, key.Query.ToString(), terms, (socket, stopping) =>
                carrier.CarryAsync(socket, (socket.RemoteEndPoint as IPEndPoint)?.Address, target, stopping));
            listener.Start();
            _listeners.Add(key, listener);
            _refused.Remove(key);
        }
        catch (Exception refused) when (refused is ProxyException or SocketException)
        {
            // Tried again at each change of the instances, said once.
            if (_refused.Add(key)) ProxyLog.VirtualTaken(terms.Logger, key.Query.ToString(), key.Place.Port, refused.Message);
        }
    }
}
