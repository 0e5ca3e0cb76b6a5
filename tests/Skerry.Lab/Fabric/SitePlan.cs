using Skerry.Lab.Routing;

namespace Skerry.Lab.Fabric;

/// <summary>A site on a <see cref="LabMap"/>: a LAN behind a gateway.</summary>
/// <param name="Name">Unique among sites.</param>
/// <param name="Region">Where its line ends; for a site behind another: not used.</param>
/// <param name="Nat">What its gateway does.</param>
/// <param name="Hosts">Names, unique on the map; up to 40.</param>
internal sealed record SitePlan(string Name, string Region, NatKind Nat, params IReadOnlyList<string> Hosts)
{
    /// <summary>The site whose LAN this one's gateway stands in: NAT behind NAT. It must come earlier on the map.</summary>
    public string? Behind { get; init; }

    /// <summary>
    /// Whether its gateway checks TCP's sequence numbers, as Linux does unless told otherwise. Then the answer to a call that crosses an earlier try of the
    /// other direction is lost: NATs should let such calls cross (RFC 5382, REQ-2), so the lab's do unless a test asks.
    /// </summary>
    public bool ChecksSequence { get; init; }

    /// <summary>What its line does to what it sends.</summary>
    public Conditions Up { get; init; } = Conditions.Perfect;

    /// <summary>What its line does to what it receives.</summary>
    public Conditions Down { get; init; } = Conditions.Perfect;
}
