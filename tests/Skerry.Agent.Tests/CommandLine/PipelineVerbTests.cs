using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.CommandLine;

/// <summary>What the verbs of gateway objects ask for, and print.</summary>
public sealed class PipelineVerbTests
{
    private const string Objects = "/v1/skerry/gateway/objects";

    private const string List = """
        {
          "revision": 14,
          "objects": [
            { "kind": "listener", "name": "http", "revision": 12, "createRevision": 12, "document": "name: http\naddress: 127.0.0.1:80\n" },
            { "kind": "pipeline", "name": "web", "revision": 14, "createRevision": 12, "document": "name: web\nplugins:\n  - route: {}\n" }
          ],
          "nodes": [
            { "name": "a", "alive": true, "revision": 14, "current": true, "faults": [] },
            { "name": "b", "alive": true, "revision": 14, "current": true, "faults": ["listener/http: in use", "listener/tls: no file"] },
            { "name": "c", "alive": true, "revision": 12, "current": false, "faults": [] },
            { "name": "d", "alive": false, "revision": 0, "current": false, "faults": [] },
            { "name": "e", "alive": true, "revision": 0, "current": false, "faults": [] }
          ]
        }
        """;

    private const string History = """
        [
          { "revision": 14, "time": "2026-01-02T03:04:05.678Z", "node": "a", "cause": "applied", "deleted": false, "document": "name: web\nplugins: []\n" },
          { "revision": 13, "time": "2026-01-02T03:04:04Z", "node": "b", "cause": "deleted", "deleted": true, "document": null },
          { "revision": 12, "time": "2026-01-01T00:00:00Z", "node": "a", "cause": "seeded from skerry.yaml", "deleted": false, "document": "name: web\n" }
        ]
        """;

    private const string Outcome = """
        {"written": true, "revision": 15, "changes": [{"kind": "pipeline", "name": "web", "action": "changed", "revision": 14, "before": "name: web\na: 1\n", "after": "name: web\na: 2\n"}]}
        """;

    [Fact]
    public async Task Objects_are_listed_with_how_each_node_follows()
    {
        var run = await RunAsync([($"GET {Objects}", 200, List)], "list");
        Assert.Equal(
            """
            OBJECT         REVISION
            listener/http  12
            pipeline/web   14

            NODE  REVISION  STATE
            a     14        current
            b     14        listener/http: in use
                            listener/tls: no file
            c     12        behind
            d     0         failed
            e     0         has said nothing yet

            """,
            run.Output);
    }

    [Fact]
    public async Task What_is_shown_is_a_file_that_can_be_applied()
    {
        var run = await RunAsync([($"GET {Objects}?stale", 200, List)], "show", "web", "--stale");
        Assert.Equal("# pipeline/web: revision 14\npipelines:\n  - name: web\n    plugins:\n      - route: {}\n# on b: listener/http: in use\n# on b: listener/tls: no file\n", run.Output);
        var missing = await RunAsync([($"GET {Objects}", 200, List)], "show", "plugin/none");
        Assert.Equal((ExitCode.NotFound, true), (missing.ExitCode, missing.Errors.Contains("There is no plugin 'none'", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_change_asks_with_its_terms_and_tells_what_it_did()
    {
        using var place = new TestPlace();
        var file = place.File("gateway.yaml");
        await File.WriteAllTextAsync(file, "pipelines: []\n");
        await using var api = await FakeApi.StartAsync(($"PUT {Objects}?dry-run&prune&if-match=pipeline%2Fweb%3D14", 200, Outcome), ($"DELETE {Objects}/listener/http", 200, Outcome));
        var dry = await CommandLineRun.OfAsync("pipeline", "apply", "-f", file, "--dry-run", "--prune", "--if-match", "web=14", "--address", api.Address);
        Assert.Equal(
            """
            --- pipeline/web at revision 14
            +++ pipeline/web
            @@ -1,2 +1,2 @@
             name: web
            -a: 1
            +a: 2
            pipeline/web changed
            Nothing was written: a dry run.

            """,
            dry.Output);
        Assert.Equal("pipelines: []\n", api.Requests[0].Body);
        Assert.Equal("pipeline/web changed\nRevision 15.\n", (await CommandLineRun.OfAsync("pipeline", "delete", "listener/http", "--address", api.Address)).Output);
    }

    [Fact]
    public async Task History_is_a_table_and_a_rollback_goes_to_the_state_before_unless_told()
    {
        (string, int, string)[] answers = [($"GET {Objects}/pipeline/web/history", 200, History), ($"PUT {Objects}/pipeline/web/rollback?revision=13", 200, Outcome)];
        Assert.Equal(
            """
            REVISION  TIME                  NODE  CHANGE                   STATE
            14        2026-01-02 03:04:05Z  a     applied                  there
            13        2026-01-02 03:04:04Z  b     deleted                  deleted
            12        2026-01-01 00:00:00Z  a     seeded from skerry.yaml  there

            """,
            (await RunAsync(answers, "history", "web")).Output);
        Assert.Equal(ExitCode.Success, (await RunAsync(answers, "rollback", "web")).ExitCode);
    }

    [Theory]
    [InlineData("--- pipeline/web at revision 13\n+++ pipeline/web at revision 14\n@@ -0,0 +1,2 @@\n+name: web\n+plugins: []\n")]
    [InlineData("--- pipeline/web at revision 12\n+++ pipeline/web at revision 14\n@@ -1,1 +1,2 @@\n name: web\n+plugins: []\n", "--revision", "12")]
    [InlineData("--- /dev/null\n+++ pipeline/web at revision 12\n@@ -0,0 +1,1 @@\n+name: web\n", "--to", "12")]
    public async Task States_of_an_object_are_compared(string expected, params string[] options) =>
        Assert.Equal(expected, (await RunAsync([($"GET {Objects}/pipeline/web/history", 200, History)], ["diff", "web", .. options])).Output);

    [Fact]
    public async Task What_the_gateway_did_is_told_by_pipeline_and_plugin()
    {
        const string State = """
            {"listeners": [], "pipelines": [{"name": "web", "listeners": [], "requests": 4, "inFlight": 1, "errors": 2, "clientErrors": 0, "seconds": 0.01, "p50": 0.002, "p99": 0.0049,
              "plugins": [{"name": "upstream", "requests": 4, "inFlight": 1, "errors": 0, "clientErrors": 0, "seconds": 0.008, "state": {"any": 1}}]}]}
            """;
        Assert.Equal(
            """
            PIPELINE  PLUGIN    REQUESTS  IN FLIGHT  ERRORS  CLIENT ERRORS  MEAN    P50   P99
            web                 4         1          2       0              2.5 ms  2 ms  4.9 ms
            web       upstream  4         1          0       0              2 ms

            """,
            (await RunAsync([("GET /v1/skerry/gateway", 200, State)], "stats", "web")).Output);
    }

    [Theory]
    [InlineData("apply")]
    [InlineData("diff")]
    [InlineData("diff", "web", "-f", "file")]
    [InlineData("apply", "-f", "file", "--if-match", "web")]
    public async Task What_cannot_be_meant_is_a_usage_error(params string[] arguments) => Assert.Equal(ExitCode.Usage, (await CommandLineRun.OfAsync(["pipeline", .. arguments])).ExitCode);

    private static async Task<CommandLineRun> RunAsync((string Request, int Status, string Body)[] answers, params string[] arguments)
    {
        await using var api = await FakeApi.StartAsync(answers);
        return await CommandLineRun.OfAsync(["pipeline", .. arguments, "--address", api.Address]);
    }
}
