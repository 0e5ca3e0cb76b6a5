using System.Text.RegularExpressions;

using Microsoft.CodeAnalysis.CSharp.Syntax;

using static Skerry.Architecture.Tests.Findings;

namespace Skerry.Architecture.Tests;

/// <summary>Which project may know which. Calls go down, news goes up; a project not named beside another may not reference it.</summary>
public sealed partial class ArrowTests
{
    /// <summary>Every allowed arrow. Adding one is a decision: say why in docs/architecture.md.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Skerry.Primitives"] = [],
        ["Skerry.Storage"] = ["Skerry.Primitives"],
        ["Skerry.Gossip"] = ["Skerry.Primitives"],
        ["Skerry.Libp2p"] = ["Skerry.Primitives"],
        ["Skerry.Raft"] = ["Skerry.Primitives", "Skerry.Storage"],
        ["Skerry.Replication"] = ["Skerry.Primitives", "Skerry.Storage"],
        ["Skerry.Catalog"] = ["Skerry.Primitives", "Skerry.Replication", "Skerry.Storage"],
        ["Skerry.Gateway"] = ["Skerry.Catalog", "Skerry.Primitives"],
        ["Skerry.Manifest"] = ["Skerry.Primitives", "Skerry.Raft", "Skerry.Storage"],
        ["Skerry.Tunnel"] = ["Skerry.Libp2p", "Skerry.Primitives"],
        ["Skerry.Proxy"] = ["Skerry.Catalog", "Skerry.Primitives"],
        ["Skerry.Api"] = ["Skerry.Catalog", "Skerry.Libp2p", "Skerry.Manifest", "Skerry.Primitives", "Skerry.Tunnel"],
        ["Skerry.Agent"] = ["Skerry.Api", "Skerry.Catalog", "Skerry.Gateway", "Skerry.Gossip", "Skerry.Libp2p", "Skerry.Manifest", "Skerry.Primitives", "Skerry.Proxy", "Skerry.Raft",
            "Skerry.Replication", "Skerry.Storage", "Skerry.Tunnel"],
    };

    /// <summary>The reason shown when an arrow is forbidden: by the one it starts from, then by the one it ends at.</summary>
    private static string Reason(string from, string to) => (from, to) switch
    {
        (_, "Skerry.Agent") => "the agent composes all parts and decides nothing; nobody calls it",
        ("Skerry.Primitives", _) => "primitives are below everything and know no domain",
        (_, "Skerry.Api" or "Skerry.Gateway" or "Skerry.Proxy") => "doors are entered from outside only; a fact two doors need belongs to a service",
        ("Skerry.Gossip", _) => "membership stands alone, so that it can be simulated and swapped whole",
        ("Skerry.Storage", _) => "storage keeps bytes and knows nobody's meaning of them",
        ("Skerry.Catalog" or "Skerry.Replication", "Skerry.Gossip") => "the part that needs membership's facts owns an interface; the agent gives the adapter",
        ("Skerry.Api" or "Skerry.Gateway" or "Skerry.Proxy", _) => "doors use services; a protocol's fact comes through an interface of the door",
        _ => "no walk of docs/architecture.md needs it",
    };

    [Fact]
    public void Every_project_has_its_row_in_the_table_of_arrows() => Assert.Equal(Repository.Projects, Allowed.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Projects_reference_only_what_stands_below_them()
    {
        var forbidden =
            from project in Repository.Projects
            from reference in Repository.References(project)
            where !Allowed[project].Contains(reference)
            select $"{project} -> {reference}: {Reason(project, reference)}";
        None(forbidden);
    }

    [Fact]
    public void A_parts_inside_is_named_by_nobody_else()
    {
        var leaks =
            from file in Repository.Sources("src/")
            let project = file.Split('/')[1]
            from name in Repository.Parse(file).DescendantNodes().OfType<QualifiedNameSyntax>()
            let use = InsideOfAPart().Match(name.ToString())
            where use.Success && use.Groups["project"].Value != project
            select $"{file}: {use.Value}: a part is used by the types at the top of its folder, never by its Core, Wire or Driver";
        None(leaks);
    }

    [Fact]
    public void No_part_takes_a_service_provider()
    {
        var takers = Repository.Sources("src/")
            .Where(file => !file.StartsWith("src/Skerry.Agent/", StringComparison.Ordinal))
            .Where(file => Repository.Read(file).Contains("IServiceProvider ", StringComparison.Ordinal));
        None(takers.Select(file => $"{file}: what a part needs stands in its constructor"));
    }

    [GeneratedRegex(@"\b(?<project>Skerry\.\w+)\.(Core|Wire|Driver)\b")]
    private static partial Regex InsideOfAPart();
}
