using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>node</c>.</summary>
internal sealed partial record NodeConfiguration
{
    /// <summary>What Serf takes as a name.</summary>
    public const string NamePattern = "[A-Za-z0-9.-]{1,128}";

    /// <summary>The same, for people.</summary>
    public const string NameAllowed = "letters, digits, '.' and '-', at most 128";

    [RegularExpression(NamePattern, ErrorMessage = NameAllowed), Description("Name of the node, unique in the mesh: with a tunnel its identity comes from it. Absent: the host's name.")]
    public string? Name { get; init; }

    [RegularExpression("[A-Za-z0-9_-]{1,64}", ErrorMessage = "letters, digits, '_' and '-', at most 64"), Description("The group (site) the node belongs to: Consul's datacenter.")]
    public string Group { get; init; } = "dc1";

    [Description("Free facts about the node, shown in the catalog.")]
    public ImmutableSortedDictionary<string, string> Meta { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The name in use.</summary>
    internal string EffectiveName => Name ?? Environment.MachineName;

    /// <summary>Whether a node can have this name.</summary>
    internal static bool IsName(string text) => Whole().IsMatch(text);

    [GeneratedRegex("^" + NamePattern + "\\z")]
    private static partial Regex Whole();
}
