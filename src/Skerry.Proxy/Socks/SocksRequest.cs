namespace Skerry.Proxy.Socks;

/// <summary>What a client asks for.</summary>
/// <param name="Command">What is to be done; any byte.</param>
/// <param name="Destination">With what; null: of a kind that does not exist.</param>
internal sealed record SocksRequest(SocksCommand Command, SocksAddress? Destination);
