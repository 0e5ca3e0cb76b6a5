using System.Net;
using System.Net.Sockets;

using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Reachability;

/// <summary>
/// Where peers say they see this node (libp2p identify/README.md, "observedAddr"). One peer's word is a claim: an address is believed when several peers
/// with different IP addresses see it, or one that is trusted. What a peer said holds while it is connected, and for a while after.
/// </summary>
/// <param name="confirmations">Observers with different IP addresses that make an address believed. 1 or more.</param>
internal sealed class ObservedAddresses(int confirmations)
{
    /// <summary>How long a word outlives the connection it came over.</summary>
    public static readonly TimeSpan Afterlife = TimeSpan.FromMinutes(10);

    /// <summary>Addresses kept; behind a NAT that maps each connection differently there is one for each peer.</summary>
    public const int MaxAddresses = 64;

    /// <summary>Observers kept of one address.</summary>
    public const int MaxObservers = 16;

    // In the order of their first report: it decides between addresses seen by as many.
    private readonly List<(Multiaddr Address, List<Observation> Observers)> _seen = [];

    /// <summary>When the next word expires.</summary>
    public Instant NextDeadline => _seen.SelectMany(one => one.Observers).Select(observer => observer.Expires).DefaultIfEmpty(Instant.Never).Min();

    /// <summary>All addresses, those seen by most first.</summary>
    public IEnumerable<ObservedAddress> All => _seen
        .Select(one => new ObservedAddress(one.Address, CountOf(one.Observers), IsBelieved(one.Observers)))
        .OrderByDescending(one => one.IsBelieved).ThenByDescending(one => one.Observers);

    /// <summary>A peer says where it sees this node.</summary>
    /// <param name="address">Where.</param>
    /// <param name="connection">The connection over which it does; one word a connection, the last counts.</param>
    /// <param name="from">Where the peer itself is.</param>
    /// <param name="isTrusted">Whether its word is enough.</param>
    /// <param name="now">This moment.</param>
    public void Report(Multiaddr address, long connection, IPAddress from, bool isTrusted, Instant now)
    {
        if (Candidates.ScopeOf(address) is null or AddressScope.None) return;
        Expire(now);
        foreach (var (_, observers) in _seen) observers.RemoveAll(observer => observer.Connection == connection);
        var at = _seen.FindIndex(one => one.Address.Equals(address));
        if (at < 0)
        {
            // The one seen by fewest gives way; a newcomer that would be it itself, too.
            if (_seen.Count >= MaxAddresses) _seen.RemoveAt(_seen.FindLastIndex(one => CountOf(one.Observers) == _seen.Min(other => CountOf(other.Observers))));
            at = _seen.Count;
            _seen.Add((address, []));
        }

        var known = _seen[at].Observers;
        if (known.Count >= MaxObservers) known.RemoveAt(0);
        known.Add(new Observation(connection, NetworkOf(from), isTrusted, Instant.Never));
        _seen.RemoveAll(one => one.Observers.Count == 0);
    }

    /// <summary>A connection is over.</summary>
    public void Closed(long connection, Instant now)
    {
        foreach (var (_, observers) in _seen)
        {
            var at = observers.FindIndex(observer => observer.Connection == connection);
            if (at >= 0) observers[at] = observers[at] with { Expires = now + Afterlife };
        }
    }

    /// <summary>Forgets what has expired.</summary>
    public void Expire(Instant now)
    {
        foreach (var (_, observers) in _seen) observers.RemoveAll(observer => observer.Expires <= now);
        _seen.RemoveAll(one => one.Observers.Count == 0);
    }

    /// <summary>Who has one IPv4 address can have many peers, and who has one IPv6 address has a whole /64.</summary>
    private static UInt128 NetworkOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6) bytes[8..].Clear();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static int CountOf(List<Observation> observers) => observers.Select(observer => observer.Network).Distinct().Count();

    private bool IsBelieved(List<Observation> observers) => observers.Exists(observer => observer.IsTrusted) || CountOf(observers) >= confirmations;

    private readonly record struct Observation(long Connection, UInt128 Network, bool IsTrusted, Instant Expires);
}
