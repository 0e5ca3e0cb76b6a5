namespace Skerry.Libp2p;

/// <summary>A relay's word that it will put callers through.</summary>
/// <param name="Relay">The relay.</param>
/// <param name="Expires">Until when; it is gone at once when the connection to the relay is.</param>
/// <param name="Addresses">Where callers reach this node through the relay: where this node has called it, and what it names besides on the same machine.</param>
public sealed record RelayReservation(PeerId Relay, DateTimeOffset Expires, IReadOnlyList<Multiaddr> Addresses);
