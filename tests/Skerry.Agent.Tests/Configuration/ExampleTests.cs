using System.Text.RegularExpressions;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.Configuration;

/// <summary>What the project hands out as an example works.</summary>
public sealed partial class ExampleTests
{
    [Fact]
    public void The_example_configuration_is_valid()
    {
        var model = new ConfigurationFile(Path.Combine(Checkout.Root, "deploy/skerry.yaml"), []).Load().Model;
        Assert.Equal("shop-12", model.Node.Group);
        Assert.Single(model.Gateway.Pipelines);
    }

    [Fact]
    public void The_example_is_valid_with_a_key_and_open_to_the_network_too()
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, "deploy/skerry.yaml"))
            .Replace("# keyFile: /etc/skerry/key", $"key: '{MeshKey.Generate()}'", StringComparison.Ordinal)
            .Replace("127.0.0.1:7946               #", "0.0.0.0:7946 #", StringComparison.Ordinal)
            .Replace("# join:", "join:", StringComparison.Ordinal);
        var loaded = new ConfigurationFile("FILE", []).Parse(text);
        Assert.Single(loaded.GossipKeys);
        Assert.Equal(2, loaded.Model.Gossip.Join.Length);
        Assert.Equal("0.0.0.0:7946", loaded.Model.Gossip.Bind.ToString());
    }

    [Fact]
    public void The_configurations_in_the_front_page_are_valid()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "README.md"));
        var blocks = Yaml().Matches(page);
        Assert.NotEmpty(blocks);
        foreach (Match block in blocks) new ConfigurationFile("README.md", []).Parse(block.Groups[1].Value.Replace("\"…\"", MeshKey.Generate(), StringComparison.Ordinal));
    }

    [Fact]
    public void The_unit_names_files_and_verbs_that_exist()
    {
        var unit = File.ReadAllText(Path.Combine(Checkout.Root, "deploy/skerry.service"));
        Assert.Contains("ExecStart=/opt/skerry/skerry agent --config /etc/skerry/skerry.yaml", unit, StringComparison.Ordinal);
        Assert.Contains("RestartPreventExitStatus=2", unit, StringComparison.Ordinal);
        Assert.Equal(2, Agent.CommandLine.ExitCode.Usage);
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Yaml();
}
