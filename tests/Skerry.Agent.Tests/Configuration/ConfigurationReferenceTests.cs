using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.Configuration;

public sealed class ConfigurationReferenceTests
{
    [Fact]
    public void The_page_says_what_the_code_does()
    {
        var page = Path.Combine(Checkout.Root, "docs/configuration.md");
        Assert.True(
            File.ReadAllText(page) == ConfigurationReference.Write(),
            "docs/configuration.md is not what the code says. Write it anew: dotnet run --project src/Skerry.Agent -- configuration-reference > docs/configuration.md");
    }

    [Fact]
    public void Every_key_is_described()
    {
        var undescribed = Describe(ConfigurationFile.Schema, "").Where(key => key.Description.Length == 0).Select(key => key.Path);
        Assert.Empty(undescribed);
    }

    private static IEnumerable<(string Path, string Description)> Describe(Agent.Configuration.Schema.RecordShape shape, string path) =>
        shape.Keys.SelectMany(key => Inner(key.Shape, $"{path}.{key.Name}").Prepend(($"{path}.{key.Name}", key.Description)));

    private static IEnumerable<(string Path, string Description)> Inner(Agent.Configuration.Schema.Shape shape, string path) => shape switch
    {
        Agent.Configuration.Schema.RecordShape record => Describe(record, path),
        Agent.Configuration.Schema.PluginShape plugins => plugins.Kinds.SelectMany(kind => Describe(kind.Value, $"{path}.{kind.Key}")),
        Agent.Configuration.Schema.IContainerShape container => Inner(container.Item, path + "[]"),
        _ => [],
    };
}
