using System.Text;
using System.Text.Json.Nodes;

using Skerry.Replication.Tests;

namespace Skerry.Api.Tests;

/// <summary>Forwards that come and go through the API.</summary>
public sealed class ForwardTests : IAsyncLifetime
{
    private RunningApi _api = null!;

    [Fact]
    public async Task A_forward_is_opened_listed_and_closed()
    {
        var (status, text) = await _api.AskAsync("PUT", "/v1/skerry/forwards", """{"service":"orders","group":"shore","listen":"127.0.0.1:5432"}""");
        Assert.Equal(200, status);
        Assert.Equal(("1", "tcp"), ((string?)JsonNode.Parse(text)!["id"], (string?)JsonNode.Parse(text)!["network"]));
        var listed = Assert.Single((await _api.GetAsync("/v1/skerry/forwards")).AsArray())!;
        Assert.Equal(("orders", "shore", "127.0.0.1:5432"), ((string?)listed["service"], (string?)listed["group"], (string?)listed["address"]));
        Assert.Equal((200, "true\n"), await _api.AskAsync("DELETE", "/v1/skerry/forwards/1"));
        Assert.Equal(404, (await _api.AskAsync("DELETE", "/v1/skerry/forwards/1")).Status);
        Assert.Empty((await _api.GetAsync("/v1/skerry/forwards")).AsArray());
    }

    [Fact]
    public async Task A_held_forward_goes_with_the_request_that_opened_it()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"http://{_api.Server.LocalAddress}/v1/skerry/forwards?hold") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"service":"orders"}""")) };
        using (var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
            Assert.Equal("orders", (string?)JsonNode.Parse((await lines.ReadLineAsync())!)!["service"]);
            Assert.Single(_api.Agent.Forwards.All);
        }

        await Eventually.HoldsAsync(() => _api.Agent.Forwards.All.IsEmpty);
    }

    [Theory]
    [InlineData("""{}""", "service")]
    [InlineData("""{"service":"a","listen":"127.0.0.1"}""", "listen")]
    [InlineData("""{"service":"a","listen":"here:80"}""", "listen")]
    [InlineData("""{"service":"a","network":"carrier-pigeon"}""", "network")]
    public async Task What_cannot_be_is_refused_by_its_name(string body, string field)
    {
        var (status, text) = await _api.AskAsync("PUT", "/v1/skerry/forwards", body);
        Assert.Equal(400, status);
        Assert.Contains(field, text, StringComparison.Ordinal);
        Assert.Empty(_api.Agent.Forwards.All);
    }

    public async ValueTask InitializeAsync() => _api = await RunningApi.StartAsync();

    public async ValueTask DisposeAsync() => await _api.DisposeAsync();
}
