using System.Text;

namespace Skerry.Api.Tests;

/// <summary>What may be registered through the API, and how nonsense is refused.</summary>
public sealed class RegistrationTests : IAsyncLifetime
{
    private RunningApi _api = null!;

    public static TheoryData<string, string> NonsenseServices => new()
    {
        { """{"Name":""}""", "Missing service name" },
        { """{"Name":null}""", "Missing service name" },
        { """{"Name":7}""", "Name must be a string" },
        { """{"Name":"a/b"}""", "Name: Invalid service name" },
        { """{"Name":"web","Port":-1}""", "Port: Invalid port -1" },
        { """{"Name":"web","Port":65536}""", "Port: Invalid port 65536" },
        { """{"Name":"web","Port":80.5}""", "Port must be a whole number" },
        { """{"Name":"web","Port":99999999999}""", "Port must be a whole number" },
        { """{"Name":"web","Address":"0.0.0.0"}""", "Address: Invalid service address" },
        { """{"Name":"web","Address":["10.0.0.1"]}""", "Address must be a string" },
        { """{"Name":"web","Meta":{"a b":"c"}}""", "Meta: Invalid Service Meta" },
        { """{"Name":"web","Meta":{"a":1}}""", "Meta must be a map of strings" },
        { """{"Name":"web","Meta":["a"]}""", "Meta must be a map of strings" },
        { """{"Name":"web","Tags":[1]}""", "Tags must be a list of strings" },
        { """{"Name":"web","Weights":{"Passing":"many"}}""", "Weights.Passing must be a whole number" },
        { """{"Name":"web","Weights":{"Warning":-1}}""", "Weights: Warning must be greater" },
        { """{"Name":"web","Exported":"yes"}""", "Exported must be true or false" },
        { """{"Name":"web","EnableTagOverride":"yes"}""", "EnableTagOverride must be true or false" },
        { """{"Name":"web","TaggedAddresses":{"wan":{"Address":"x y","Port":1}}}""", "TaggedAddresses: Invalid" },
        { """{"Name":"web","TaggedAddresses":{"wan":"x"}}""", "TaggedAddresses must be a map of objects" },
        { """{"Name":"web","Check":[]}""", "Check must be an object" },
        { """{"Name":"web","Checks":{}}""", "Checks must be a list of objects" },
        { """{"Name":"web","Checks":[{"TTL":"10s"},{"TTL":7.5}]}""", "Checks[1].TTL must be a duration" },
        { """{"Name":"web","Name":"db"}""", "Request decode failed" },
        { """{"Name":"web","Check":{"TTL":"1s","TTL":"2s"}}""", "Request decode failed" },
        { """{"Name":"\ud800"}""", "Name is not valid UTF-8" },
        { """{"Name":"web",}""", "Request decode failed" },
        { "", "Request decode failed" },
        { "null", "must be a JSON object" },
        { $$"""{"Name":"web","Tags":[{{string.Join(',', Enumerable.Repeat("\"x\"", 300))}}]}""", "Tags: Too many tags" },
        { $$"""{"Name":"web","Tags":["{{new string('x', 300)}}"]}""", "Tags is too long" },
        { $$"""{"Name":"web","Meta":{"k":"{{new string('x', 600)}}"} }""", "Meta is too long" },
        { $$"""{"Name":"web","Meta":{ {{string.Join(',', Enumerable.Range(0, 70).Select(i => $"\"k{i}\":\"v\""))}} } }""", "at most 64 pairs" },
        { new string('[', 100), "Request decode failed" },
    };

    public static TheoryData<string, string> NonsenseChecks => new()
    {
        { """{"TTL":"-5s"}""", "TTL must be a duration" },
        { """{"TTL":-5}""", "TTL must be a duration" },
        { """{"TTL":"10"}""", "TTL must be a duration" },
        { """{"TTL":"0s"}""", "TTL must be > 0" },
        { """{}""", "Invalid check: TTL must be > 0 for TTL checks" },
        { """{"TTL":"10s","Interval":"10s"}""", "Invalid check: Interval and TTL cannot both be specified" },
        { """{"HTTP":"http://x/"}""", "Invalid check: Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks" },
        { """{"TCP":"x:1","Interval":"0s"}""", "Invalid check: Interval must be > 0" },
        { """{"TCP":"x:1","Interval":"1s","Timeout":"-1s"}""", "Timeout must be a duration" },
        { """{"TCP":"x","Interval":"1s"}""", "TCP: Invalid TCP address" },
        { """{"TCP":"x:99999","Interval":"1s"}""", "TCP: Invalid TCP address" },
        { """{"GRPC":"x","Interval":"1s"}""", "GRPC: Invalid GRPC address" },
        { """{"HTTP":"x","Interval":"1s"}""", "HTTP: Invalid HTTP check URL" },
        { """{"HTTP":"http://x/","Interval":"1s","Method":"G T"}""", "Method: Invalid method" },
        { """{"HTTP":"http://x/","Interval":"1s","Header":{"a b":["c"]}}""", "Header: Invalid header name" },
        { """{"HTTP":"http://x/","Interval":"1s","Header":{"a":["b\r\nc"]}}""", "Header: Invalid value" },
        { """{"HTTP":"http://x/","Interval":"1s","Header":{"Host":["a b"]}}""", "Header: Invalid value" },
        { """{"HTTP":"http://x/","Interval":"1s","Header":{"a":"b"}}""", "Header" },
        { """{"ScriptArgs":["/bin/true"],"Interval":"1s"}""", "Scripts are disabled on this agent; to enable, configure" },
        { """{"Args":"/bin/true","Interval":"1s"}""", "Args must be a list of strings" },
        { """{"DockerContainerID":"x","Interval":"1s"}""", "DockerContainerID: checks of this kind are not supported" },
        { """{"TTL":"10s","Status":"fine"}""", "Bad check status" },
        { """{"TTL":"10s","FailuresBeforeCritical":-1}""", "FailuresBeforeCritical must not be negative" },
        { """{"TTL":"10s","FailuresBeforeWarning":3,"FailuresBeforeCritical":2}""", "FailuresBeforeWarning can't be higher than FailuresBeforeCritical" },
        { """{"TTL":"10s","DeregisterCriticalServiceAfter":"soon"}""", "DeregisterCriticalServiceAfter must be a duration" },
        { """{"TTL":"10s","Notes":7}""", "Notes must be a string" },
    };

    [Theory, MemberData(nameof(NonsenseServices))]
    public async Task A_service_that_is_nonsense_is_400_and_the_field_is_named(string body, string text)
    {
        var (status, said) = await _api.AskAsync("PUT", "/v1/agent/service/register", body);
        Assert.Equal(400, status);
        Assert.Contains(text, said, StringComparison.Ordinal);
        Assert.Empty(_api.Catalog.LocalServices);
    }

    [Theory, MemberData(nameof(NonsenseChecks))]
    public async Task A_check_that_is_nonsense_is_400_alone_and_with_its_service(string check, string text)
    {
        var alone = "{\"Name\":\"c\"" + (check.Length > 2 ? "," : "") + check[1..];
        foreach (var (path, body) in new[] { ("/v1/agent/check/register", alone), ("/v1/agent/service/register", $$"""{"Name":"web","Checks":[{"TTL":"1m"},{{check}}]}""") })
        {
            var (status, said) = await _api.AskAsync("PUT", path, body);
            Assert.True(status == 400, $"{path}: {status} {said}");
            Assert.Contains(text, said, StringComparison.Ordinal);
        }

        Assert.Empty(_api.Catalog.LocalServices);
        Assert.Empty(_api.Catalog.LocalChecks);
    }

    [Theory]
    [InlineData("{}", "Missing check name")]
    [InlineData("""{"TTL":"10s"}""", "Missing check name")]
    [InlineData("""{"Name":"c","TTL":"10s","ServiceID":"none"}""", "ServiceID \"none\" does not exist")]
    [InlineData("""{"CheckID":"serfHealth","Name":"c","TTL":"10s"}""", "CheckID")]
    public async Task A_check_needs_a_name_and_a_service_that_is_there(string body, string text)
    {
        var (status, said) = await _api.AskAsync("PUT", "/v1/agent/check/register", body);
        Assert.Equal(400, status);
        Assert.Contains(text, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_400_and_the_field_is_named()
    {
        using var answer = await _api.SendAsync("PUT", "/v1/agent/service/register", [.. "{\"Name\":\"w"u8, 0xFF, .. "b\"}"u8]);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal("Request decode failed: Name is not valid UTF-8", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413()
    {
        using var answer = await _api.SendAsync("PUT", "/v1/agent/service/register", Encoding.UTF8.GetBytes($$"""{"Name":"web","Notes":"{{new string('x', 600 * 1024)}}"}"""));
        Assert.Equal(413, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("""{"Status":""}""", "Invalid check status: ''")]
    [InlineData("""{"Status":"fine"}""", "Invalid check status: 'fine'")]
    [InlineData("""{"Status":"passing","Output":7}""", "Output must be a string")]
    public async Task A_report_that_is_nonsense_is_400(string body, string text)
    {
        await _api.PutAsync("/v1/agent/check/register", """{"Name":"c","TTL":"1m"}""");
        var (status, said) = await _api.AskAsync("PUT", "/v1/agent/check/update/c", body);
        Assert.Equal(400, status);
        Assert.Contains(text, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_for_a_check_that_takes_none_is_400()
    {
        await _api.PutAsync("/v1/agent/check/register", """{"Name":"c","TCP":"127.0.0.1:1","Interval":"1h"}""");
        var (status, said) = await _api.AskAsync("PUT", "/v1/agent/check/pass/c");
        Assert.Equal((400, "CheckID: CheckID \"c\" does not have associated TTL"), (status, said));
    }

    [Fact]
    public async Task Every_field_of_a_registration_is_told_again()
    {
        await _api.PutAsync("/v1/agent/service/register", """
            {"ID":"web-1","Name":"web","Tags":["b","a"],"Address":"10.0.0.7","Port":80,"Meta":{"v":"1"},"EnableTagOverride":true,"Exported":true,
             "TaggedAddresses":{"wan":{"Address":"192.0.2.7","Port":8080}},"Weights":{"Passing":3,"Warning":2},
             "Checks":[{"TTL":"30s","Status":"passing","Notes":"n"},{"CheckID":"port","Name":"Port","TCP":"127.0.0.1:1","Interval":"1h","Timeout":"2s"}]}
            """);
        var service = await _api.GetAsync("/v1/agent/service/web-1");
        Assert.Equal("""["b","a"]""", service["Tags"]!.ToJsonString());
        Assert.Equal("""{"wan":{"Address":"192.0.2.7","Port":8080}}""", service["TaggedAddresses"]!.ToJsonString());
        Assert.Equal("""{"Passing":3,"Warning":2}""", service["Weights"]!.ToJsonString());
        Assert.True(service["Exported"]!.GetValue<bool>());
        Assert.Equal("dc1", service["Datacenter"]!.GetValue<string>());
        var checks = await _api.GetAsync("/v1/agent/checks");
        Assert.Equal(("passing", "n", "ttl", "web"), (Text(checks["service:web-1:1"]!, "Status"), Text(checks["service:web-1:1"]!, "Notes"), Text(checks["service:web-1:1"]!, "Type"), Text(checks["service:web-1:1"]!, "ServiceName")));
        Assert.Equal(("1h0m0s", "2s", "tcp", "web-1"), (Text(checks["port"]!, "Interval"), Text(checks["port"]!, "Timeout"), Text(checks["port"]!, "Type"), Text(checks["port"]!, "ServiceID")));
    }

    [Fact]
    public async Task A_script_runs_where_scripts_are_switched_on()
    {
        await using var api = await RunningApi.StartAsync(enableScripts: true);
        await api.PutAsync("/v1/agent/service/register", """{"Name":"web","Check":{"Args":["/bin/sh","-c","echo well"],"Interval":"1h"}}""");
        await Replication.Tests.Eventually.HoldsAsync(() => api.Catalog.LocalChecks["service:web"].Output == "well\n");
        Assert.Single((await api.GetAsync("/v1/health/service/web?passing")).AsArray());
    }

    public async ValueTask InitializeAsync() => _api = await RunningApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    private static string Text(System.Text.Json.Nodes.JsonNode node, string field) => node[field]!.GetValue<string>();
}
