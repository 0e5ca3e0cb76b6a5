using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Core.Mdns;

/// <summary>The names of a node in multicast DNS.</summary>
/// <param name="peer">Who it is.</param>
/// <param name="service">What is looked for, without <c>.local</c>.</param>
/// <param name="label">This node's own label: letters and digits nobody else has.</param>
internal sealed class MdnsIdentity(PeerId peer, string service, string label)
{
    /// <summary>Where services are listed (RFC 6763, section 9).</summary>
    public const string Services = "_services._dns-sd._udp.local";

    public PeerId Peer => peer;

    public string Service { get; } = service + ".local";

    public string Instance { get; } = $"{label}.{service}.local";

    public string Host { get; } = label + ".p2p.local";

    /// <summary>What a question asks of this node.</summary>
    public MdnsTopics TopicsOf(DnsQuestion question)
    {
        bool Asks(string name, params ReadOnlySpan<DnsType> types) => Is(question.Name, name) && (question.Type == DnsType.Any || types.Contains(question.Type));
        if (Asks(Service, DnsType.Ptr)) return MdnsTopics.Service;
        if (Asks(Services, DnsType.Ptr)) return MdnsTopics.Services;
        if (Asks(Instance, DnsType.Txt, DnsType.Srv)) return MdnsTopics.Instance;
        return Asks(Host, DnsType.A, DnsType.Aaaa) ? MdnsTopics.Host : MdnsTopics.None;
    }

    /// <summary>Whether two names are the same: case does not count (RFC 6762, section 16).</summary>
    public static bool Is(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
