using System.Text.Json.Nodes;

using Skerry.Catalog;

namespace Skerry.Api.Tests.Consul;

/// <summary>Consul's sessions.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private KvApi _api = null!;

    [Fact]
    public async Task A_session_is_bound_to_its_node_unless_said_otherwise()
    {
        var id = await _api.SessionAsync();
        var session = (await _api.Api.GetAsync($"/v1/session/info/{id}")).AsArray().Single()!;
        Assert.Equal(
            $$"""{"ID":"{{id}}","Name":"","Node":"here","LockDelay":15000000000,"Behavior":"release","TTL":"","NodeChecks":["serfHealth"],"ServiceChecks":[],"Checks":["serfHealth"],"CreateIndex":1,"ModifyIndex":1}""",
            session.ToJsonString());
        Assert.Empty((await _api.Api.GetAsync("/v1/session/info/none")).AsArray());
        Assert.Empty((await _api.Api.GetAsync("/v1/session/node/none")).AsArray());
        Assert.Single((await _api.Api.GetAsync("/v1/session/node/here")).AsArray());
        Assert.Single((await _api.Api.GetAsync("/v1/session/list")).AsArray());
    }

    [Fact]
    public async Task Everything_of_a_session_can_be_said()
    {
        await _api.Api.PutAsync("/v1/agent/service/register", """{"Name":"web","Check":{"CheckID":"c","TTL":"1h","Status":"passing"}}""");
        var id = await _api.SessionAsync("""{"Name":"é","LockDelay":5,"TTL":"1m","Behavior":"delete","NodeChecks":[],"ServiceChecks":[{"ID":"c"}]}""");
        var session = (await _api.Api.GetAsync($"/v1/session/info/{id}")).AsArray().Single()!;
        Assert.Equal(("é", 5_000_000_000, "60s", "delete", "[]", """[{"ID":"c","Namespace":""}]"""), (
            session["Name"]!.GetValue<string>(), session["LockDelay"]!.GetValue<long>(), session["TTL"]!.GetValue<string>(), session["Behavior"]!.GetValue<string>(),
            session["NodeChecks"]!.ToJsonString(), session["ServiceChecks"]!.ToJsonString()));
        Assert.Equal(60_000_000_000, await DelayAsync("""{"LockDelay":"90s"}"""));
        Assert.Equal(2_000_000_000, await DelayAsync("""{"LockDelay":2000000000}"""));
        Assert.Equal(0, await DelayAsync("""{"LockDelay":"0s"}"""));
    }

    [Theory]
    [InlineData("""{"TTL":"5s"}""", "500 Invalid Session TTL '5000000000', must be between [10s=24h0m0s]")]
    [InlineData("""{"TTL":"soon"}""", "500 Session TTL 'soon' invalid: it must be a duration such as 15s")]
    [InlineData("""{"Behavior":"keep"}""", "500 Invalid Behavior setting 'keep'")]
    [InlineData("""{"Node":"nowhere"}""", "500 Missing node registration")]
    [InlineData("""{"NodeChecks":["none"]}""", "500 Missing check 'none' registration")]
    [InlineData("""{"Checks":["bad"]}""", "500 Check 'bad' is in critical state")]
    [InlineData("[]", "400 Request decode failed: the body must be a JSON object")]
    public async Task A_session_that_cannot_live_is_refused(string body, string expected)
    {
        await _api.Api.PutAsync("/v1/agent/check/register", """{"Name":"bad","TTL":"1h"}""");
        Assert.Equal(expected, await _api.AskAsync("PUT", "/v1/session/create", body));
    }

    [Fact]
    public async Task A_renewal_answers_the_session_or_that_it_is_gone()
    {
        var id = await _api.SessionAsync("""{"TTL":"10s"}""");
        var (status, text) = await _api.Api.AskAsync("PUT", $"/v1/session/renew/{id}");
        Assert.Equal((200, "10s"), (status, JsonNode.Parse(text)![0]!["TTL"]!.GetValue<string>()));
        Assert.Equal("true", await _api.AskAsync("PUT", $"/v1/session/destroy/{id}"));
        Assert.Equal("true", await _api.AskAsync("PUT", $"/v1/session/destroy/{id}"));
        Assert.Equal($"404 Session id '{id}' not found", await _api.AskAsync("PUT", $"/v1/session/renew/{id}"));
    }

    [Fact]
    public async Task A_wait_ends_when_a_session_comes_or_goes()
    {
        var index = await _api.Api.IndexAsync("/v1/session/list");
        var waiting = _api.Api.GetAsync($"/v1/session/list?index={index}");
        var id = await _api.SessionAsync();
        Assert.Single((await waiting.WaitAsync(TimeSpan.FromSeconds(30))).AsArray());
        index = await _api.Api.IndexAsync("/v1/session/list");
        waiting = _api.Api.GetAsync($"/v1/session/info/{id}?index={index}");
        await _api.AskAsync("PUT", $"/v1/session/destroy/{id}");
        Assert.Empty((await waiting.WaitAsync(TimeSpan.FromSeconds(30))).AsArray());
        Assert.Empty((await _api.Api.GetAsync($"/v1/session/list?index=3&wait=10ms")).AsArray());
    }

    [Fact]
    public async Task A_session_may_be_made_for_another_node_while_that_lives()
    {
        _api.Api.Catalog.SetLiveness("there", "10.0.0.2", NodeLiveness.Alive);
        await _api.SessionAsync("""{"Node":"there"}""");
        _api.Api.Catalog.SetLiveness("there", "10.0.0.2", NodeLiveness.Failed);
        Assert.Equal("500 Check 'serfHealth' is in critical state", await _api.AskAsync("PUT", "/v1/session/create", """{"Node":"there"}"""));
    }

    public async ValueTask InitializeAsync() => _api = await KvApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    private async Task<long> DelayAsync(string body) => (await _api.Api.GetAsync($"/v1/session/info/{await _api.SessionAsync(body)}"))[0]!["LockDelay"]!.GetValue<long>();
}
