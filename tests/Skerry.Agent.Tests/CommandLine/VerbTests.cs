using System.Text.Json.Nodes;

using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.CommandLine;

public sealed class VerbTests
{
    private const string Members = """
        [{"Name":"a","Addr":"10.0.0.1","Port":7946,"Tags":{"group":"g","skerry":"0.1.0","role":"till"},"Status":1},
         {"Name":"serf","Addr":"fd00::2","Port":7946,"Tags":{},"Status":4}]
        """;

    private const string FarMembers = """[{"name":"far-1","address":"10.9.9.9","status":"unreachable","group":"moon","bridge":true,"tags":{},"roundTripSeconds":null}]""";

    private const string Instances = """
        [{"Node":{"Node":"a","Address":"10.0.0.1"},"Service":{"ID":"web","Service":"web","Tags":["v1"],"Address":"","Port":80,"Exported":true},
          "Checks":[{"CheckID":"serfHealth","Status":"passing","Output":""},{"CheckID":"service:web","Status":"passing","Output":"200"}]},
         {"Node":{"Node":"b","Address":"10.0.0.2"},"Service":{"ID":"web-2","Service":"web","Tags":[],"Address":"10.0.0.9","Port":81},
          "Checks":[{"CheckID":"serfHealth","Status":"passing","Output":""},{"CheckID":"service:web-2","Status":"critical","Output":"refused\nmore"}]}]
        """;

    [Fact]
    public async Task Members_are_columns_for_people()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/agent/members", 200, Members));
        var run = await CommandLineRun.OfAsync("members", "--address", api.Address);
        Assert.Equal(
            """
            NODE  ADDRESS         STATUS  GROUP  VERSION  TAGS
            a     10.0.0.1:7946   alive   g      0.1.0    role=till
            serf  [fd00::2]:7946  failed         -

            """,
            run.Output);
        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Errors));
    }

    [Fact]
    public async Task Members_are_JSON_for_programs()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/agent/members", 200, Members));
        var run = await CommandLineRun.OfAsync("members", "--json", "--status", "failed", "--address", api.Address);
        var member = Assert.Single(JsonNode.Parse(run.Output)!.AsArray())!;
        Assert.Equal(("serf", "[fd00::2]:7946", "failed"), ((string?)member["name"], (string?)member["address"], (string?)member["status"]));
    }

    [Fact]
    public async Task Services_are_counted_by_health_with_one_question()
    {
        await using var api = await FakeApi.StartAsync(
            ("GET /v1/skerry/services", 200, """[{"name":"web","instances":2,"passing":1,"warning":0,"critical":1,"exported":1,"tags":["v0","v1"]}]"""));
        var run = await CommandLineRun.OfAsync("services", "--address", api.Address);
        Assert.Equal(
            """
            SERVICE  INSTANCES  PASSING  WARNING  CRITICAL  EXPORTED  TAGS
            web      2          1        0        1         1         v0,v1

            """,
            run.Output);
        Assert.Single(api.Requests);
    }

    [Fact]
    public async Task Instances_of_a_service_say_what_is_wrong_with_them()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/health/service/web", 200, Instances));
        var run = await CommandLineRun.OfAsync("services", "web", "--address", api.Address);
        Assert.Equal(
            """
            NODE  ID     ADDRESS      STATUS    EXPORTED  TAGS  PROBLEM
            a     web    10.0.0.1:80  passing   yes       v1
            b     web-2  10.0.0.9:81  critical  no              service:web-2: refused

            """,
            run.Output);
    }

    [Fact]
    public async Task Another_groups_members_and_services_are_listed_by_its_name()
    {
        await using var api = await FakeApi.StartAsync(
            ("GET /v1/skerry/members?dc=moon", 200, FarMembers), ("GET /v1/skerry/members?all-groups", 200, FarMembers),
            ("GET /v1/skerry/services?dc=moon", 200, """[{"name":"web","instances":1,"passing":1,"warning":0,"critical":0,"exported":1,"tags":[]}]"""),
            ("GET /v1/health/service/web?passing&dc=moon", 200, Instances), ("GET /v1/health/service/db?dc=moon", 200, "[]"), ("GET /v1/skerry/services?dc=mars", 500, "No path to datacenter"));
        Assert.Equal(
            """
            NODE   ADDRESS   STATUS       GROUP  VERSION  TAGS
            far-1  10.9.9.9  unreachable  moon   -

            """,
            (await CommandLineRun.OfAsync("members", "--group", "moon", "--address", api.Address)).Output);
        var all = await CommandLineRun.OfAsync("members", "--all-groups", "--json", "--status", "unreachable", "--address", api.Address);
        Assert.Equal("moon", (string?)Assert.Single(JsonNode.Parse(all.Output)!.AsArray())!["tags"]!["group"]);
        Assert.Contains("web", (await CommandLineRun.OfAsync("services", "--group", "moon", "--address", api.Address)).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, (await CommandLineRun.OfAsync("services", "web", "--group", "moon", "--passing", "--address", api.Address)).ExitCode);
        Assert.Contains("Group 'moon' exports no instance of 'db'", (await CommandLineRun.OfAsync("services", "db", "--group", "moon", "--address", api.Address)).Errors, StringComparison.Ordinal);
        var unknown = await CommandLineRun.OfAsync("services", "--group", "mars", "--address", api.Address);
        Assert.Equal(ExitCode.NotFound, unknown.ExitCode);
        Assert.Contains("knows no group 'mars'", unknown.Errors, StringComparison.Ordinal);
        Assert.Contains("exclude each other", (await CommandLineRun.OfAsync("members", "--group", "moon", "--all-groups", "--address", api.Address)).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_nobody_has_registered_is_not_found()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/health/service/nobody", 200, "[]"), ("GET /v1/health/service/nobody?passing&tag=v%201", 200, "[]"));
        var run = await CommandLineRun.OfAsync("services", "nobody", "--json", "--address", api.Address);
        Assert.Equal((ExitCode.NotFound, "[]\n"), (run.ExitCode, run.Output));
        Assert.Contains("Register one with: skerry register --name nobody", run.Errors, StringComparison.Ordinal);
        Assert.Contains("No instance matches", (await CommandLineRun.OfAsync("services", "nobody", "--passing", "--tag", "v 1", "--address", api.Address)).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flags_register_a_service_with_a_check()
    {
        await using var api = await FakeApi.StartAsync(("PUT /v1/agent/service/register?replace-existing-checks=true", 200, ""));
        var run = await CommandLineRun.OfAsync(
            "register", "--name", "web", "--id", "web-1", "--port", "80", "--tag", "a", "--tag", "b", "--meta", "x=y=z", "--exported",
            "--check-http", "http://127.0.0.1/", "--check-interval", "1500ms", "--deregister-after", "90m", "--address", api.Address);
        Assert.Equal((ExitCode.Success, "Registered web-1.\n"), (run.ExitCode, run.Output));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                {
                  "ID": "web-1", "Name": "web", "Tags": ["a", "b"], "Port": 80, "Meta": {"x": "y=z"}, "Weights": {"Passing": 1, "Warning": 1}, "Exported": true,
                  "Checks": [{
                    "CheckID": "service:web-1", "Name": "Service 'web' check", "HTTP": "http://127.0.0.1/", "Interval": "1s500ms", "Timeout": "10s", "Method": "GET",
                    "GRPCUseTLS": false, "TLSSkipVerify": false, "SuccessBeforePassing": 0, "FailuresBeforeWarning": 0, "FailuresBeforeCritical": 0,
                    "DeregisterCriticalServiceAfter": "1h30m"
                  }]
                }
                """),
            JsonNode.Parse(api.Requests[0].Body)), api.Requests[0].Body);
    }

    [Fact]
    public async Task A_file_registers_each_of_its_services()
    {
        using var place = new TestPlace();
        var file = place.File("services.yaml");
        await File.WriteAllTextAsync(file, "services:\n- { name: one }\n- { name: two, checks: [{ ttl: 30s }] }\n");
        await using var api = await FakeApi.StartAsync(("PUT /v1/agent/service/register?replace-existing-checks=true", 200, ""));
        var run = await CommandLineRun.OfAsync("register", file, "--address", api.Address);
        Assert.Equal((ExitCode.Success, "Registered one, two.\n"), (run.ExitCode, run.Output));
        Assert.Contains("\"TTL\":\"30s\"", api.Requests[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nonsense_is_refused_before_the_agent_is_asked()
    {
        await using var api = await FakeApi.StartAsync();
        var run = await CommandLineRun.OfAsync("register", "--name", "web", "--port", "eighty", "--address", api.Address);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("port: 'eighty' is not an integer", run.Errors, StringComparison.Ordinal);
        Assert.Empty(api.Requests);
    }

    [Theory]
    [InlineData("deregister web%2", "PUT /v1/agent/service/deregister/web%2", "Deregistered web%2.")]
    [InlineData("join 10.0.0.1 [::1]:7946", "PUT /v1/agent/join/10.0.0.1", "Joined through 10.0.0.1, [::1]:7946.")]
    [InlineData("leave", "PUT /v1/agent/leave", "The agent is leaving and will end.")]
    [InlineData("force-leave b", "PUT /v1/agent/force-leave/b", "Forced out b.")]
    [InlineData("force-leave b --prune", "PUT /v1/agent/force-leave/b?prune", "Forced out b.")]
    [InlineData("relay add r-1 192.0.2.1 gate:4001", "PUT /v1/skerry/relays/r-1", "r-1 is preferred as a relay.")]
    [InlineData("relay remove r1", "DELETE /v1/skerry/relays/r1", "r1 is preferred no more.")]
    public async Task Verbs_that_change_something_ask_for_it_and_say_that_it_is_done(string line, string request, string said)
    {
        await using var api = await FakeApi.StartAsync(
            ("PUT /v1/agent/service/deregister/web%2", 200, ""), ("PUT /v1/agent/join/10.0.0.1", 200, ""), ("PUT /v1/agent/join/[::1]:7946", 200, ""),
            ("PUT /v1/agent/leave", 200, ""), ("PUT /v1/agent/force-leave/b", 200, ""), ("PUT /v1/agent/force-leave/b?prune", 200, ""),
            ("PUT /v1/skerry/relays/r-1", 200, "true"), ("DELETE /v1/skerry/relays/r1", 200, "true"));
        var run = await CommandLineRun.OfAsync([.. line.Split(' '), "--address", api.Address]);
        Assert.Equal((ExitCode.Success, said + "\n", ""), (run.ExitCode, run.Output, run.Errors));
        Assert.Equal(request, api.Requests[0].Request);
        var asJson = await CommandLineRun.OfAsync([.. line.Split(' '), "--json", "--address", api.Address]);
        Assert.NotNull(JsonNode.Parse(asJson.Output)!["done"]);
    }

    [Fact]
    public async Task An_agents_refusal_is_printed_as_it_is()
    {
        await using var api = await FakeApi.StartAsync(("PUT /v1/agent/leave", 500, "cannot now\n"));
        var run = await CommandLineRun.OfAsync("leave", "--address", api.Address);
        Assert.Equal((ExitCode.Failed, "skerry: cannot now\n"), (run.ExitCode, run.Errors));
    }

    [Fact]
    public async Task Monitor_prints_lines_until_the_agent_ends_them()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/agent/monitor?loglevel=debug", 200, "one\ntwo\n"));
        var run = await CommandLineRun.OfAsync("monitor", "--level", "debug", "--address", api.Address);
        Assert.Equal((ExitCode.Success, "one\ntwo\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Where_no_agent_answers_the_next_step_is_named()
    {
        var run = await CommandLineRun.OfAsync("members", "--address", "127.0.0.1:1");
        Assert.Equal(ExitCode.Unreachable, run.ExitCode);
        Assert.Equal(
            "skerry: No agent answers at http://127.0.0.1:1/ (Connection refused). Is one running? Start one with: skerry dev; or name another with --address or SKERRY_ADDRESS.\n", run.Errors);
    }

    [Fact]
    public async Task What_answers_and_is_no_agent_is_told_as_that()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/agent/members", 200, "<html>"));
        var run = await CommandLineRun.OfAsync("members", "--address", api.Address);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("is not a Skerry agent", run.Errors, StringComparison.Ordinal);
    }
}
