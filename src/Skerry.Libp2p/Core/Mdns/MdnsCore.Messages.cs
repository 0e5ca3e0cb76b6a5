using System.Net;
using System.Text;

using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Mdns;

/// <content>What it says and what it hears.</content>
internal sealed partial class MdnsCore
{
    /// <summary>Seconds that this node's answers hold: others say 120 too, and ask again in half of it.</summary>
    private const uint TimeToLive = 120;

    /// <summary>Peers named in a query as known already: with 16 to 63 letters each they fit a packet.</summary>
    private const int MaxKnown = 10;

    /// <summary>Peers heard of in one message; each tells of itself alone.</summary>
    private const int MaxInstances = 16;

    /// <summary>The longest answer sent, bytes: one packet on an ordinary link, its headers and a tunnel's taken off.</summary>
    private const int MaxAnswer = 1280;

    private DnsMessage Answer(MdnsTopics topics, MdnsLinkState link)
    {
        var (answers, additional) = (new List<DnsRecord>(), new List<DnsRecord>());
        if (topics.HasFlag(MdnsTopics.Services)) answers.Add(DnsRecord.Ptr(MdnsIdentity.Services, TimeToLive, identity.Service));
        if (topics.HasFlag(MdnsTopics.Service)) answers.Add(DnsRecord.Ptr(identity.Service, TimeToLive, identity.Instance));
        var own = Told(link);
        var hosts = link.Addresses.Select(address => DnsRecord.Address(identity.Host, TimeToLive, address)).ToArray();
        (topics.HasFlag(MdnsTopics.Host) ? answers : additional).AddRange(hosts);
        var details = topics.HasFlag(MdnsTopics.Instance) ? answers : additional;
        details.Add(DnsRecord.Srv(identity.Instance, TimeToLive, PortOf(own), identity.Host));
        var room = MaxAnswer - answers.Concat(additional).Sum(DnsCodec.LengthOf);
        details.Add(DnsRecord.Txt(identity.Instance, TimeToLive, Fitting(own, room)));
        return new DnsMessage(0, IsAnswer: true, [], answers, additional);
    }

    /// <summary>What is told on a link: what is reached from there comes first.</summary>
    private IEnumerable<Multiaddr> Told(MdnsLinkState link) => _addresses
        .Where(address => !address.IsCircuit && (options.AllowLoopback || !IsLoopback(address)))
        .OrderBy(address => IpOf(address) is { } ip && link.Addresses.Contains(ip) ? 0 : 1)
        .Take(MaxAddresses);

    private IEnumerable<string> Fitting(IEnumerable<Multiaddr> addresses, int room)
    {
        foreach (var text in addresses.Select(address => AddressKey + address.WithPeer(identity.Peer)))
        {
            var length = Encoding.UTF8.GetByteCount(text);
            if (length > byte.MaxValue || (room -= 1 + length) < 0) continue;
            yield return text;
        }
    }

    private void Hear(DnsMessage message, MdnsLinkState link, IPEndPoint from, Instant now)
    {
        var records = message.Answers.Concat(message.Additional);
        foreach (var answer in message.Answers.Where(answer => MdnsIdentity.Is(answer.Name, identity.Service)).Take(MaxInstances))
        {
            if (!answer.TryGetTarget(out var instance) || MdnsIdentity.Is(instance, identity.Instance)) continue;
            if (answer.TimeToLive == 0)
            {
                _peers.Remove(instance);
                continue;
            }

            var texts = records.Where(record => MdnsIdentity.Is(record.Name, instance)).SelectMany(record => record.Texts());
            if (Read(texts, link, from) is { } peer) Learn(instance, peer, answer.TimeToLive, now);
        }
    }

    private PeerAddresses? Read(IEnumerable<string> texts, MdnsLinkState link, IPEndPoint from)
    {
        // A loopback address is meant for programs of the machine it comes from.
        var mayBeLoopback = options.AllowLoopback && (IPAddress.IsLoopback(from.Address) || link.Addresses.Any(own => own.GetAddressBytes().SequenceEqual(from.Address.GetAddressBytes())));
        var named = new List<Multiaddr>();
        foreach (var text in texts.Where(text => text.StartsWith(AddressKey, StringComparison.Ordinal)).Take(MaxAddresses))
        {
            if (Multiaddr.TryParse(text[AddressKey.Length..], out var address) && address.PeerId is not null && (mayBeLoopback || !IsLoopback(address))) named.Add(address);
        }

        if (named.Count == 0 || named[0].PeerId is not { } peer || peer == identity.Peer) return null;
        return new PeerAddresses(peer, [.. named.Where(address => address.PeerId == peer).Select(address => address.WithoutPeer()).Distinct()]);
    }

    private void Learn(string instance, PeerAddresses found, uint seconds, Instant now)
    {
        if (!_peers.TryGetValue(instance, out var peer))
        {
            if (_peers.Count >= MaxPeers) return;
            _peers.Add(instance, peer = new MdnsPeer(instance));
        }

        var life = TimeSpan.FromSeconds(seconds);
        peer.TimeToLive = life < LongestLife ? life : LongestLife;
        peer.ExpiresAt = now + peer.TimeToLive;
        _nextExpiry = Instant.Min(_nextExpiry, peer.ExpiresAt);
        if (peer.Peer.Peer == found.Peer && peer.Peer.Addresses.SequenceEqual(found.Addresses) && peer.TellAt > now) return;
        peer.Peer = found;
        peer.TellAt = now + TellAgain;
        _outputs.Enqueue(new MdnsOutput(Found: found));
    }

    private static int PortOf(IEnumerable<Multiaddr> addresses) =>
        addresses.Select(address => address.TryGetTcp(out var endPoint) && endPoint is IPEndPoint ip ? ip.Port : 0).FirstOrDefault(port => port > 0);

    private static bool IsLoopback(Multiaddr address) => IpOf(address) is { } ip && IPAddress.IsLoopback(ip);

    private static IPAddress? IpOf(Multiaddr address) => address.Parts is [{ Protocol.Name: "ip4" or "ip6" } host, ..] ? new IPAddress(host.Value) : null;
}
