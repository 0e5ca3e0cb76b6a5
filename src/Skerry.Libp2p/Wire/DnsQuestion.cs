namespace Skerry.Libp2p.Wire;

/// <summary>A question (RFC 1035, section 4.1.2).</summary>
/// <param name="Name">What about.</param>
/// <param name="Type">What kind of record.</param>
/// <param name="IsUnicastWanted">Whether the answer may go to the asker alone (RFC 6762, section 5.4).</param>
internal sealed record DnsQuestion(string Name, DnsType Type, bool IsUnicastWanted = false);
