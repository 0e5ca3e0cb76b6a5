using System.Net;

namespace Skerry.Libp2p.Core.Mdns;

/// <summary>An interface and a family of addresses on it: one place where peers may answer.</summary>
/// <param name="Id">The driver's number for it.</param>
/// <param name="Addresses">This node's IP addresses there.</param>
internal sealed record MdnsLink(int Id, IReadOnlyList<IPAddress> Addresses);
