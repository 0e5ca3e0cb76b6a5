namespace Skerry.Gossip.Wire;

/// <summary>Which layers go around a packet's messages.</summary>
/// <param name="Keyring">Encrypts with its primary key; empty: in clear.</param>
/// <param name="Compress">Compress when that is shorter.</param>
/// <param name="Checksum">Put a CRC before it: only for nodes known to understand it (<c>ProtocolMax</c> 5 and above).</param>
internal readonly record struct PacketOptions(Keyring Keyring, bool Compress, bool Checksum);
