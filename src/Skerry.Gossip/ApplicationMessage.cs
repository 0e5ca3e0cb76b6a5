using System.Net;

namespace Skerry.Gossip;

/// <summary>A message of a part above gossip, carried beside Serf's own messages and never shown to Serf.</summary>
/// <param name="From">The address it came from.</param>
/// <param name="Payload">The bytes as sent.</param>
public readonly record struct ApplicationMessage(IPEndPoint From, ReadOnlyMemory<byte> Payload);
