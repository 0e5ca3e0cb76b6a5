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

    /// <summary>What its line does to what it sends.</summary>
    public Conditions Up { get; init; } = Conditions.Perfect;

    /// <summary>What its line does to what it receives.</summary>
    public Conditions Down { get; init; } = Conditions.Perfect;
}
