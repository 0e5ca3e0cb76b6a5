using System.Net;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Core.Mdns;

/// <summary>One thing to do: send a message on a link, or tell that a peer was found.</summary>
/// <param name="Link">Where to send.</param>
/// <param name="Message">What to send.</param>
/// <param name="Target">To whom alone; null: to all.</param>
/// <param name="Found">Who was found.</param>
internal sealed record MdnsOutput(int Link = 0, DnsMessage? Message = null, IPEndPoint? Target = null, PeerAddresses? Found = null);
