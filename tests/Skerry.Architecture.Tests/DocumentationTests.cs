using System.Text.RegularExpressions;

using static Skerry.Architecture.Tests.Findings;

namespace Skerry.Architecture.Tests;

/// <summary>Documents held against what they describe.</summary>
public sealed partial class DocumentationTests
{
    private static IEnumerable<string> Documents => Repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    [Fact]
    public void The_map_names_every_project_with_the_arrows_it_has()
    {
        var rows = MapRow().Matches(Repository.Read("src/README.md"))
            .ToDictionary(row => row.Groups["project"].Value, row => ProjectName().Matches(row.Groups["below"].Value).Select(name => "Skerry." + name.Value).Order(StringComparer.Ordinal));
        Assert.Equal(Repository.Projects, rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(Repository.References(row.Key), row.Value));
    }

    [Fact]
    public void Every_project_has_a_page() =>
        Assert.All(Repository.Projects, project => Assert.Contains($"src/{project}/README.md", Repository.Files));

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken =
            from document in Documents
            from Match link in Link().Matches(Repository.Read(document))
            let target = link.Groups["target"].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            let path = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, target))
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{document}: {target}";
        None(broken);
    }

    [Fact]
    public void The_commands_of_the_front_page_exist()
    {
        var page = Repository.Read("README.md");
        Assert.Contains("dotnet run -c Release --project src/Skerry.Agent -- demo", page, StringComparison.Ordinal);
        Assert.Contains("./eng/test", page, StringComparison.Ordinal);
        Assert.Contains("eng/test", Repository.Files);
        Assert.Contains("eng/test", Repository.Read(".ci/run"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_package_has_its_reason()
    {
        var reasons = Repository.Read("docs/dependencies.md");
        var packages = PackageVersion().Matches(Repository.Read("Directory.Packages.props")).Select(match => match.Groups["name"].Value);
        Assert.All(packages, package => Assert.Contains(package, reasons, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_gateway_plugin_is_documented()
    {
        var page = Repository.Read("docs/gateway.md");
        Assert.All(Gateway.GatewayPlugins.OptionTypes.Keys, plugin => Assert.Contains($"`{plugin}`", page, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| `(?<project>Skerry\.\w+)` \|[^|]*\|(?<below>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex MapRow();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex ProjectName();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"PackageVersion Include=""(?<name>[^""]+)""")]
    private static partial Regex PackageVersion();
}
