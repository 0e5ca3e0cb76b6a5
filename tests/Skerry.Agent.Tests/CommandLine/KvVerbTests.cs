using System.Text.Json.Nodes;

using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.CommandLine;

/// <summary><c>skerry kv</c>: what is asked of the agent, and what is printed.</summary>
public sealed class KvVerbTests
{
    private const string Entries = """
        [{"LockIndex":0,"Key":"web/a","Flags":7,"Value":"MTAw","CreateIndex":2,"ModifyIndex":3},
         {"LockIndex":2,"Key":"web/b","Flags":0,"Value":"/w==","Session":"s-1","CreateIndex":4,"ModifyIndex":9}]
        """;

    private const string Entry = """[{"LockIndex":0,"Key":"web/a","Flags":7,"Value":"MTAw","CreateIndex":2,"ModifyIndex":3}]""";

    [Fact]
    public async Task Get_prints_the_value_alone()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/kv/web%2Fa", 200, Entry), ("GET /v1/kv/web%2Fa?stale", 200, Entry), ("GET /v1/kv/web%2Fa?dc=moon", 500, "No path to datacenter"));
        Assert.Equal((ExitCode.Success, "100\n"), await AskAsync(api, "get", "web/a"));
        Assert.Equal((ExitCode.Success, "MTAw\n"), await AskAsync(api, "get", "web/a", "--base64", "--stale"));
        var json = JsonNode.Parse((await AskAsync(api, "get", "web/a", "--json")).Output)!;
        Assert.Equal(("100", 7, 3), ((string?)json["value"], (int)json["flags"]!, (int)json["modifyIndex"]!));
        var missing = await CommandLineRun.OfAsync("kv", "get", "web/a", "--group", "moon", "--address", api.Address);
        Assert.Equal((ExitCode.NotFound, "skerry: The agent knows no group 'moon'. See those it knows with: skerry members --all-groups\n"), (missing.ExitCode, missing.Errors));
    }

    [Fact]
    public async Task Trees_are_tables()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/kv/web%2F?recurse", 200, Entries), ("GET /v1/kv/?recurse", 200, Entries), ("GET /v1/kv/web%2F?keys&separator=%2F", 200, """["web/a","web/b/"]"""));
        Assert.Equal(
            """
            KEY    VALUE
            web/a  100
            web/b  base64:/w==

            """,
            (await AskAsync(api, "get", "web/", "--recurse")).Output);
        Assert.Equal(
            """
            KEY    VALUE        FLAGS  CREATED  MODIFIED  HELD BY
            web/a  100          7      2        3         -
            web/b  base64:/w==  0      4        9         s-1

            """,
            (await AskAsync(api, "list")).Output);
        Assert.Equal("web/a\nweb/b/\n", (await AskAsync(api, "list", "web/", "--separator", "/")).Output);
        Assert.Equal("/w==", (string?)JsonNode.Parse((await AskAsync(api, "list", "--json")).Output)![1]!["base64"]);
    }

    [Fact]
    public async Task What_is_not_there_ends_with_4_and_says_where_to_look()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/kv/none", 404, ""), ("GET /v1/kv/none?recurse", 404, ""), ("GET /v1/kv/bin", 200, """[{"Key":"bin","Value":"/w=="}]"""));
        await RefusedAsync(api, ExitCode.NotFound, "There is no key 'none'. See those there are with: skerry kv list", "get", "none");
        await RefusedAsync(api, ExitCode.NotFound, "No key begins with 'none'.", "get", "none", "--recurse");
        await RefusedAsync(api, ExitCode.Failed, "The value of 'bin' is no text. Print it with --base64 or --json.", "get", "bin");
        Assert.Equal((ExitCode.Success, "[]\n"), await AskAsync(await FakeApi.StartAsync(("GET /v1/kv/?recurse", 404, "")), "list", "--json"));
    }

    [Fact]
    public async Task Put_writes_text_files_and_base64()
    {
        await using var api = await FakeApi.StartAsync(("PUT /v1/kv/a", 200, "true\n"), ("PUT /v1/kv/a?flags=7&cas=0", 200, "true\n"));
        Assert.Equal((ExitCode.Success, "Wrote a.\n"), await AskAsync(api, "put", "a", "text", "--flags", "7", "--cas", "0"));
        using var place = new TestPlace();
        await File.WriteAllTextAsync(place.File("value"), "from a file", TestContext.Current.CancellationToken);
        await AskAsync(api, "put", "a", "@" + place.File("value"));
        await AskAsync(api, "put", "a", "QUI=", "--base64");
        await AskAsync(api, "put", "a");
        Assert.Equal(["text", "from a file", "AB", ""], api.Requests.Select(request => request.Body));
    }

    [Fact]
    public async Task What_an_index_or_a_lock_stands_against_is_said()
    {
        await using var api = await FakeApi.StartAsync(
            ("PUT /v1/kv/a?cas=0", 200, "false"), ("PUT /v1/kv/a?cas=5", 200, "false"), ("PUT /v1/kv/a?acquire=s", 200, "false"), ("PUT /v1/kv/a?release=s", 200, "false"),
            ("DELETE /v1/kv/a?cas=5", 200, "false"), ("PUT /v1/kv/a", 500, "No cluster leader"));
        await RefusedAsync(api, ExitCode.Failed, "There is a key 'a' already.", "put", "a", "--cas", "0");
        await RefusedAsync(api, ExitCode.Failed, "'a' was not written last at 5. See its modify index with: skerry kv get --detailed a", "put", "a", "--cas", "5");
        await RefusedAsync(api, ExitCode.Failed, "The lock on 'a' is held by another session", "put", "a", "--acquire", "s");
        await RefusedAsync(api, ExitCode.Failed, "That session does not hold the lock on 'a'.", "put", "a", "--release", "s");
        await RefusedAsync(api, ExitCode.Failed, "'a' was not written last at 5.", "delete", "a", "--cas", "5");
        await RefusedAsync(api, ExitCode.Failed, "No cluster leader", "put", "a");
    }

    [Fact]
    public async Task Delete_takes_one_key_or_all_with_a_prefix()
    {
        await using var api = await FakeApi.StartAsync(("DELETE /v1/kv/a", 200, "true"), ("DELETE /v1/kv/a%2F?recurse", 200, "true"));
        Assert.Equal((ExitCode.Success, "Deleted a.\n"), await AskAsync(api, "delete", "a"));
        Assert.Equal((ExitCode.Success, "Deleted what began with a/.\n"), await AskAsync(api, "delete", "a/", "-r"));
    }

    [Theory]
    [InlineData("put a b --cas 1 --acquire s", "--cas and --acquire exclude each other.")]
    [InlineData("delete a --cas 1 --recurse", "--recurse and --cas exclude each other.")]
    [InlineData("get a --recurse --base64", "--recurse and --base64 exclude each other")]
    [InlineData("put a @/none/such", "cannot be read")]
    [InlineData("put a ? --base64", "The value is not base64.")]
    [InlineData("lock a", "Required argument missing")]
    [InlineData("lock a --ttl 5s -- true", "--ttl '5s' is no duration from 10s to 24h.")]
    [InlineData("lock a --timeout soon -- true", "--timeout 'soon' is no duration such as 30s.")]
    public async Task A_wrong_command_line_is_told_and_ends_with_2(string line, string said)
    {
        var run = await CommandLineRun.OfAsync(["kv", .. line.Split(' ')]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> AskAsync(FakeApi api, params string[] arguments)
    {
        var run = await CommandLineRun.OfAsync(["kv", .. arguments, "--address", api.Address]);
        Assert.Equal("", run.Errors);
        return (run.ExitCode, run.Output);
    }

    private static async Task RefusedAsync(FakeApi api, int exitCode, string said, params string[] arguments)
    {
        var run = await CommandLineRun.OfAsync(["kv", .. arguments, "--address", api.Address]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith("skerry: " + said, run.Errors, StringComparison.Ordinal);
    }
}
