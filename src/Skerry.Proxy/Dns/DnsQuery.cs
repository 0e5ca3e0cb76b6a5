namespace Skerry.Proxy.Dns;

/// <summary>A question to this server.</summary>
/// <param name="Id">Given back with the answer.</param>
/// <param name="Operation">0 for a query; nothing else is answered.</param>
/// <param name="RecursionDesired">Given back.</param>
/// <param name="NameBytes">The name as labels without compression, in the client's own case: given back.</param>
/// <param name="Name">The name with dots, none at the end. A label that holds a dot itself has U+FFFD there, so that it equals no name.</param>
/// <param name="Type">Which records.</param>
/// <param name="Class">1 for the internet.</param>
/// <param name="PayloadSize">The longest answer over UDP, bytes; null without EDNS.</param>
/// <param name="EdnsVersion">0, or one that is not spoken.</param>
internal sealed record DnsQuery(ushort Id, int Operation, bool RecursionDesired, byte[] NameBytes, string Name, DnsType Type, ushort Class, int? PayloadSize, int EdnsVersion);
