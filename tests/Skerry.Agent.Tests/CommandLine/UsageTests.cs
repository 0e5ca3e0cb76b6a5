using System.Text.Json.Nodes;

using Skerry.Agent.CommandLine;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.CommandLine;

public sealed class UsageTests
{
    [Fact]
    public async Task Without_a_verb_the_verbs_are_listed()
    {
        var run = await CommandLineRun.OfAsync();
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("members", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("membres", "membres")]
    [InlineData("members --no-such", "--no-such")]
    [InlineData("join", "Required argument missing")]
    [InlineData("services --passing", "need the NAME of a service")]
    [InlineData("register", "Name the service with --name, or give a FILE.")]
    [InlineData("register file.yaml --port 80", "FILE and --port exclude each other.")]
    [InlineData("monitor --level loud", "loud")]
    [InlineData("completion fish", "fish")]
    [InlineData("members --address http://", "is not an agent's address")]
    [InlineData("register --name a --meta b", "--meta 'b' is not KEY=VALUE.")]
    public async Task A_wrong_command_line_is_told_and_ends_with_2(string line, string said)
    {
        var run = await CommandLineRun.OfAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_the_verbs_and_the_exit_codes()
    {
        var run = await CommandLineRun.OfAsync("--help");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        string[] verbs = ["agent", "dev", "demo", "members", "join", "leave", "force-leave", "services", "register", "deregister", "kv", "monitor", "keygen", "validate", "version", "completion"];
        Assert.All(verbs, verb => Assert.Contains($"  {verb} ", run.Output, StringComparison.Ordinal));
        Assert.Contains("Exit codes:", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("demo-service", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keygen_gives_32_fresh_bytes()
    {
        var (first, second) = (await CommandLineRun.OfAsync("keygen"), await CommandLineRun.OfAsync("keygen", "--json"));
        Assert.Equal(32, Convert.FromBase64String(first.Output.Trim()).Length);
        var key = (string)JsonNode.Parse(second.Output)!["key"]!;
        Assert.NotEqual(first.Output.Trim(), key);
        Assert.Single(new ConfigurationFile("FILE", []).Parse($"key: '{key}'").GossipKeys);
    }

    [Fact]
    public async Task Validate_prints_each_error_and_ends_with_2()
    {
        using var place = new TestPlace();
        var file = place.File("skerry.yaml");
        await File.WriteAllTextAsync(file, "gosip: {}\nlog: { level: loud }\n");
        var run = await CommandLineRun.OfAsync("validate", file);
        Assert.Equal((ExitCode.Usage, 2), (run.ExitCode, run.Output.TrimEnd().Split('\n').Length));
        Assert.StartsWith($"{file}:1:1: gosip: unknown key", run.Output, StringComparison.Ordinal);

        var asJson = JsonNode.Parse((await CommandLineRun.OfAsync("validate", file, "--json")).Output)!;
        Assert.False((bool)asJson["valid"]!);
        Assert.Equal((2, 15, "log.level"), ((int)asJson["errors"]![1]!["line"]!, (int)asJson["errors"]![1]!["column"]!, (string)asJson["errors"]![1]!["key"]!));
    }

    [Fact]
    public async Task Validate_says_that_a_file_is_valid()
    {
        using var place = new TestPlace();
        var file = place.Configure();
        var run = await CommandLineRun.OfAsync("validate", file);
        Assert.Equal((ExitCode.Success, $"{file}: valid\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Version_names_number_and_runtime()
    {
        Assert.Matches(@"^skerry \d+\.\d+\.\d+ \(.*\.NET 10", (await CommandLineRun.OfAsync("version")).Output);
        Assert.Equal(ProgramVersion.Number, (string)JsonNode.Parse((await CommandLineRun.OfAsync("version", "--json")).Output)!["version"]!);
    }

    [Fact]
    public async Task The_completion_script_is_bash_and_what_it_asks_is_answered()
    {
        var script = (await CommandLineRun.OfAsync("completion", "bash")).Output;
        using var bash = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bash", ["-n"]) { RedirectStandardInput = true })!;
        await bash.StandardInput.WriteAsync(script);
        bash.StandardInput.Close();
        await bash.WaitForExitAsync();
        Assert.Equal(0, bash.ExitCode);

        var candidates = (await CommandLineRun.OfAsync("[suggest:11]", "skerry memb")).Output.Split('\n');
        Assert.Contains("members", candidates);
        var levels = (await CommandLineRun.OfAsync("[suggest:23]", "skerry monitor --level ")).Output.Split('\n');
        Assert.Contains("debug", levels);
    }
}
