using System.Net;

namespace Skerry.Api.Tests;

/// <summary>Gateway objects over HTTP.</summary>
public sealed class GatewayTests
{
    private const string Objects = "/v1/skerry/gateway/objects";

    [Fact]
    public async Task Objects_are_listed_with_their_revisions_and_the_nodes_that_follow()
    {
        await using var api = await StartAsync();
        var list = await api.GetAsync(Objects);
        Assert.Equal("""{"revision":7,"objects":[{"kind":"pipeline","name":"web","revision":6,"createRevision":2,"document":"name: web\n"}],"nodes":["""
            + """{"name":"here","alive":true,"revision":7,"current":true,"faults":[]},"""
            + """{"name":"there","alive":true,"revision":5,"current":false,"faults":["listener/http: the port is in use"]}]}""", list.ToJsonString());
        using var one = await api.SendAsync("GET", Objects + "/pipeline/web");
        Assert.Equal("\"6\"", one.Headers.ETag?.Tag);
        Assert.Equal(404, (await api.AskAsync("GET", Objects + "/pipeline/none")).Status);
        Assert.True((bool)(await api.GetAsync(Objects + "/pipeline/web/history"))[0]!["deleted"]!);
        Assert.Equal(404, (await api.AskAsync("GET", Objects + "/pipeline/none/history")).Status);
    }

    [Theory]
    [InlineData("PUT", "", "apply / 'text'")]
    [InlineData("PUT", "?prune", "apply / 'text' pruning")]
    [InlineData("PUT", "/pipeline/web", "apply pipeline/web 'text'")]
    [InlineData("DELETE", "/listener/http", "delete listener/http")]
    [InlineData("PUT", "/pipeline/web/rollback?revision=4", "rollback pipeline/web 4")]
    public async Task A_change_is_asked_for_and_answered_with_what_it_did(string method, string path, string asked)
    {
        await using var api = await StartAsync();
        var (status, text) = await api.AskAsync(method, Objects + path, "text");
        Assert.Equal((200, asked), (status, api.Agent.Gateway!.Asked));
        Assert.Equal("""{"written":true,"revision":8,"changes":[{"kind":"pipeline","name":"web","action":"deleted","revision":6,"before":"name: web\n","after":null}]}""" + "\n", text);
    }

    [Fact]
    public async Task Terms_come_from_headers_and_the_query()
    {
        await using var api = await StartAsync();
        var gateway = api.Agent.Gateway!;
        await SendAsync(api, "?dry-run&if-match=pipeline/web=4&if-match=listener/http=5&cause=a%20try", "If-Match", "\"12\"");
        Assert.Equal((true, 12L, false, "a try"), (gateway.Terms!.IsDryRun, gateway.Terms.Revision, gateway.Terms.MustExist, gateway.Terms.Cause));
        Assert.Equal([("listener/http", 5L), ("pipeline/web", 4L)], gateway.Terms.Revisions.Select(pair => (pair.Key, pair.Value)).Order());
        await SendAsync(api, "", "If-Match", "*");
        Assert.Equal((true, null), (gateway.Terms.MustExist, gateway.Terms.Revision));
        await SendAsync(api, "", "If-None-Match", "*");
        Assert.Equal(0, gateway.Terms.Revision);
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(api, "", "If-Match", "\"abc\""));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(api, "", "If-None-Match", "\"12\""));
        Assert.Equal(400, (await api.AskAsync("PUT", Objects + "/pipeline/web/rollback")).Status);
    }

    [Fact]
    public async Task Errors_of_a_document_are_told_one_by_one_and_a_conflict_in_words()
    {
        await using var api = await StartAsync();
        api.Agent.Gateway!.Objection = new ApiInvalidException([new("", 3, 5, "pipelines[0].name", "is missing", "a string")]);
        Assert.Equal(
            (400, """{"errors":[{"source":"","line":3,"column":5,"key":"pipelines[0].name","message":"is missing","allowed":"a string"}]}""" + "\n"),
            await api.AskAsync("PUT", Objects, "text"));
        api.Agent.Gateway.Objection = new ApiException(412, "pipeline/web is at revision 6, not 4");
        Assert.Equal((412, "pipeline/web is at revision 6, not 4"), await api.AskAsync("PUT", Objects, "text"));
    }

    [Fact]
    public async Task A_node_that_takes_no_part_says_so()
    {
        await using var api = await RunningApi.StartAsync();
        Assert.Equal(501, (await api.AskAsync("GET", Objects)).Status);
    }

    private static async Task<RunningApi> StartAsync()
    {
        var api = await RunningApi.StartAsync();
        api.Agent.Gateway = new FakeGateway();
        return api;
    }

    private static async Task<HttpStatusCode> SendAsync(RunningApi api, string query, string header, string value)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"http://{api.Server.LocalAddress}{Objects}{query}");
        request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
