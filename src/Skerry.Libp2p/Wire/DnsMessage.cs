namespace Skerry.Libp2p.Wire;

/// <summary>A query or an answer of multicast DNS (RFC 1035, section 4.1; RFC 6762, section 18).</summary>
/// <param name="Id">Of a query that wants it back; 0 otherwise.</param>
/// <param name="IsAnswer">Whether it answers.</param>
/// <param name="Questions">What is asked.</param>
/// <param name="Answers">What is answered; in a query, what the asker knows already.</param>
/// <param name="Additional">What the asker will want to know too.</param>
internal sealed record DnsMessage(ushort Id, bool IsAnswer, IReadOnlyList<DnsQuestion> Questions, IReadOnlyList<DnsRecord> Answers, IReadOnlyList<DnsRecord> Additional);
