namespace Skerry.Libp2p;

/// <summary>A relay has no room for what is asked of it.</summary>
/// <param name="message">What happened, to whom.</param>
/// <param name="others">Relays that it says have some.</param>
public sealed class RelayFullException(string message, IReadOnlyList<PeerAddresses> others) : Libp2pException(message)
{
    /// <summary>Relays that it says have room: its word, to be tried and not to be believed. At most three, of each at most four addresses, none through a relay.</summary>
    public IReadOnlyList<PeerAddresses> Others => others;
}
