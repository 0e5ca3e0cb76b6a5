using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.CommandLine;

/// <summary>What <c>skerry group</c> prints of an agent's answers.</summary>
public sealed class GroupVerbTests
{
    private const string Group = """
        {"group":"shop","leader":"one","term":4,"failureTolerance":0,"members":[
         {"node":"one","id":"01","role":"server","leader":true,"alive":true,"reachable":true,"term":4,"index":120,"lag":0,"silenceMilliseconds":null,"stateIndex":120,"stateHash":"00000000000000aa"},
         {"node":"three","id":"03","role":"observer","leader":false,"alive":false,"reachable":false,"term":0,"index":90,"lag":30,"silenceMilliseconds":9120.4,"stateIndex":0,"stateHash":null},
         {"node":"two","id":"02","role":"server","leader":false,"alive":true,"reachable":true,"term":4,"index":119,"lag":1,"silenceMilliseconds":12.2,"stateIndex":119,"stateHash":"00000000000000bb",
          "differs":["one"],"unsafe":true}]}
        """;

    [Fact]
    public async Task The_status_is_a_line_a_member_and_a_sentence()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/skerry/group", 200, Group));
        var run = await CommandLineRun.OfAsync("group", "status", "--address", api.Address);
        Assert.Equal(
            """
            NODE   ROLE      LEADER  TERM  INDEX  LAG  HEARD        REACHABLE  STATE
            one    server    yes     4     120    0    -            yes        00000000000000aa at 120
            three  observer  -       -     90     30   9120 ms ago  no         -
            two    server    -       4     119    1    12 ms ago    yes        00000000000000bb at 119

            """,
            run.Output);
        Assert.DoesNotContain("was removed", run.Errors, StringComparison.Ordinal);
        await using var outside = await FakeApi.StartAsync(("GET /v1/skerry/group", 200, Group.Replace("\"members\"", "\"outside\":\"four\",\"members\"", StringComparison.Ordinal)));
        Assert.Contains("four, was removed and is no member", (await CommandLineRun.OfAsync("group", "status", "--address", outside.Address)).Errors, StringComparison.Ordinal);
        Assert.Contains("stops agreeing if one more server fails", run.Errors, StringComparison.Ordinal);
        Assert.Contains("the state of two is not like that of one", run.Errors, StringComparison.Ordinal);
        Assert.Contains("two acknowledges what it has not flushed", run.Errors, StringComparison.Ordinal);
        Assert.Contains("\"failureTolerance\": 0", (await CommandLineRun.OfAsync("group", "status", "--json", "--address", api.Address)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recovery_says_what_may_be_lost_and_does_nothing_without_a_word()
    {
        const string Plan = """{"done":false,"node":"one","index":120,"term":4,"agreed":118,"lost":["two","three"],"others":["eye"]}""";
        await using var api = await FakeApi.StartAsync(("PUT /v1/skerry/group/recover", 200, Plan));
        var run = await CommandLineRun.OfAsync("group", "recover", "--lost", "two", "--lost", "three", "--address", api.Address);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.StartsWith("Nothing has been done. With --yes one goes on alone, without two, three:", run.Output, StringComparison.Ordinal);
        Assert.Contains("beyond entry 120 is lost", run.Output, StringComparison.Ordinal);
        Assert.Contains("eye: there, and of the old group", run.Output, StringComparison.Ordinal);
        Assert.Equal("""{"Lost":["two","three"],"Confirm":false}""", api.Requests[0].Body);
    }

    [Fact]
    public async Task Changes_go_to_the_api_and_a_refusal_is_told_as_it_came()
    {
        await using var api = await FakeApi.StartAsync(
            ("PUT /v1/skerry/group/members/four", 200, "true"), ("PUT /v1/skerry/group/members/four/promote", 409, "four cannot vote yet"), ("DELETE /v1/skerry/group/members/two", 404, "no member"));
        Assert.StartsWith("four observes", (await CommandLineRun.OfAsync("group", "add", "four", "--address", api.Address)).Output, StringComparison.Ordinal);
        var refused = await CommandLineRun.OfAsync("group", "promote", "four", "--address", api.Address);
        Assert.Equal((ExitCode.Failed, "skerry: four cannot vote yet"), (refused.ExitCode, refused.Errors.Trim()));
        Assert.Equal(ExitCode.NotFound, (await CommandLineRun.OfAsync("group", "remove", "two", "--address", api.Address)).ExitCode);
    }
}
