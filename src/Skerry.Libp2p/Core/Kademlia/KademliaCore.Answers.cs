using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <content>What it answers.</content>
internal sealed partial class KademliaCore
{
    /// <summary>Providers named in one answer.</summary>
    private const int MaxProvidersNamed = 100;

    /// <summary>A peer asks.</summary>
    /// <param name="message">What.</param>
    /// <param name="from">Who.</param>
    /// <param name="number">The driver's number for it: one output says what becomes of it.</param>
    /// <param name="now">This moment.</param>
    public void Receive(KadMessage message, PeerId from, long number, Instant now)
    {
        if (Mode != DhtMode.Server) Refuse(number, "this node is a client");
        else if (!_budget.TrySpend(from, now)) Refuse(number, "the peer asks too much");
        else if (message.Type == KadMessageType.Ping) Answer(number, new KadMessage(KadMessageType.Ping, []));
        else if (message.Key.Length is 0 or > DhtKey.MaxLength) Refuse(number, "there is no such key");
        else Receive(message, from, number, KadKey.Of(message.Key), now);
    }

    private void Receive(KadMessage message, PeerId from, long number, KadKey place, Instant now)
    {
        switch (message.Type)
        {
            case KadMessageType.FindNode:
                Answer(number, message with { Closer = [.. Named(message.Key, from), .. CloserThanSelf(place, from, except: message.Key)], Providers = [] });
                break;
            case KadMessageType.GetProviders when DhtKey.TryRead(message.Key, out var key):
                Answer(number, message with { Closer = CloserThanSelf(place, from, except: []), Providers = ProvidersOf(key, now) });
                break;
            case KadMessageType.AddProvider when DhtKey.TryRead(message.Key, out var key):
                // Nobody speaks for others.
                if (message.Providers.FirstOrDefault(provider => provider.Peer == from) is not { } provider) Refuse(number, "the record is not the sender's");
                else if (!_providers.TryAdd(key, provider, now)) Refuse(number, "there is no room for more records");
                else _outputs.Enqueue(new KadOutput(KadOutputKind.Taken, number));
                break;
            case KadMessageType.GetValue:
                // No value is kept here: others may be closer to one.
                Answer(number, message with { Closer = CloserThanSelf(place, from, except: []), Providers = [] });
                break;
            default:
                Refuse(number, "values are not kept here, or the key is none");
                break;
        }
    }

    private PeerAddresses[] CloserThanSelf(KadKey place, PeerId from, ReadOnlySpan<byte> except)
    {
        var named = PeerId.TryRead(except, out var id) ? id : default;
        return [.. _table.Closest(place, _options.Replication + 2).Where(entry => entry.Peer != from && entry.Peer != named).Take(_options.Replication).Select(entry => entry.Describe())];
    }

    /// <summary>The very peer that is looked for, where this node knows it: it may be a client, which stands in no routing table.</summary>
    private PeerAddresses[] Named(ReadOnlySpan<byte> key, PeerId from)
    {
        if (!PeerId.TryRead(key, out var wanted) || wanted == from) return [];
        if (wanted == _self) return [new PeerAddresses(_self, Addresses)];
        return Known(wanted) is { } known ? [known] : [];
    }

    private PeerAddresses? Known(PeerId peer)
    {
        if (_connected.TryGetValue(peer, out var addresses) && addresses.Count > 0) return new PeerAddresses(peer, addresses);
        return _table.Find(peer) is { IsFailing: false, Addresses.Count: > 0 } entry ? entry.Describe() : null;
    }

    private PeerAddresses[] ProvidersOf(DhtKey key, Instant now)
    {
        var named = _providers.Find(key, MaxProvidersNamed, _random).Select(record => Describe(record, now));
        return _provided.ContainsKey(key) ? [new PeerAddresses(_self, Addresses), .. named] : [.. named];
    }

    private PeerAddresses Describe(ProviderRecord record, Instant now) =>
        now - record.At < _options.ProviderAddressExpiry ? new PeerAddresses(record.Provider, record.Addresses) : Known(record.Provider) ?? new PeerAddresses(record.Provider, []);

    private void Answer(long number, KadMessage message) => _outputs.Enqueue(new KadOutput(KadOutputKind.Answer, number, Message: message));

    private void Refuse(long number, string reason) => _outputs.Enqueue(new KadOutput(KadOutputKind.Refuse, number, Reason: reason));
}
