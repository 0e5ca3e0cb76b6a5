namespace Skerry.Agent.Tests.CommandLine;

/// <summary>The token that verbs ask an agent with.</summary>
public sealed class TokenTests
{
    private const string Secret = "2b778dd9-f5f1-6f29-b4b4-9a5fa948757a";

    [Fact]
    public async Task A_verb_brings_its_token_along()
    {
        await using var api = await FakeApi.StartAsync(("PUT /v1/agent/leave", 200, ""));
        Assert.Equal(0, (await CommandLineRun.OfAsync("leave", "--address", api.Address, "--token", Secret)).ExitCode);
        Assert.Equal(0, (await CommandLineRun.OfAsync("leave", "--address", api.Address)).ExitCode);
        Assert.Equal([Secret], api.Tokens);
    }

    [Fact]
    public async Task A_refusal_says_how_a_token_is_given()
    {
        await using var api = await FakeApi.StartAsync(("PUT /v1/agent/leave", 403, "Permission denied: anonymous token lacks permission 'agent:write' on \"here\""));
        var run = await CommandLineRun.OfAsync("leave", "--address", api.Address);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("skerry: Permission denied: anonymous token lacks permission 'agent:write' on \"here\"\nA token is given with --token or $SKERRY_TOKEN.\n", run.Errors);
    }

    [Fact]
    public async Task What_cannot_be_a_secret_is_refused_and_not_printed()
    {
        var run = await CommandLineRun.OfAsync("leave", "--token", "a\nb");
        Assert.Equal((2, "skerry: What --token or $SKERRY_TOKEN gives is no token's secret.\n"), (run.ExitCode, run.Errors));
    }
}
