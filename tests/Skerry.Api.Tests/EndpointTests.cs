using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;

namespace Skerry.Api.Tests;

/// <summary>The endpoints as a whole: methods, the OpenAPI document, metrics.</summary>
public sealed partial class EndpointTests : IAsyncLifetime
{
    private RunningApi _api = null!;

    [Fact]
    public async Task Every_mapped_route_stands_in_the_openapi_document()
    {
        var paths = (await _api.GetAsync("/v1/skerry/openapi.json"))["paths"]!.AsObject();
        var mapped = _api.Server.Mapped.ToArray();
        Assert.True(mapped.Length > 50);
        // The document does not list itself.
        Assert.All(mapped.Where(route => !route.Pattern.EndsWith("/openapi.json", StringComparison.Ordinal)), route =>
        {
            var operation = paths[route.Pattern.Replace("{**", "{", StringComparison.Ordinal)]?[route.Method.ToLowerInvariant()];
            Assert.True(operation is not null, $"{route.Method} {route.Pattern} is missing");
            Assert.NotEqual("", operation["summary"]?.GetValue<string>() ?? "");
        });
        Assert.All(ApiServer.Routes, route => Assert.Contains((route.Method, route.Pattern), mapped));
    }

    [Fact]
    public async Task Another_method_is_405_and_says_which_are_allowed()
    {
        foreach (var (method, pattern) in _api.Server.Mapped.Where(route => route.Method is "GET" or "PUT" && !route.Pattern.Contains("openapi", StringComparison.Ordinal)).ToArray())
        {
            using var answer = await _api.SendAsync("PATCH", PathParts().Replace(pattern, "x"));
            Assert.True((int)answer.StatusCode == 405, $"{pattern}: {(int)answer.StatusCode}");
            Assert.Contains(method, answer.Content.Headers.Allow);
            Assert.Contains("OPTIONS", answer.Content.Headers.Allow);
            Assert.Equal("method PATCH not allowed", await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Options_names_the_methods()
    {
        using var answer = await _api.SendAsync("OPTIONS", "/v1/agent/service/register");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("PUT", answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task Services_are_counted_by_how_their_instances_fare()
    {
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","ID":"a","Tags":["y","x"],"Check":{"TTL":"1h","Status":"passing"}}""");
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","ID":"b","Tags":["x"],"Check":{"TTL":"1h"}}""");
        Assert.Equal(
            """[{"name":"web","instances":2,"passing":1,"warning":0,"critical":1,"exported":0,"tags":["x","y"]}]""", (await _api.GetAsync("/v1/skerry/services")).ToJsonString());
    }

    [Fact]
    public async Task Metrics_are_valid_prometheus_text()
    {
        // Something in every kind of series, and a check that ran.
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","Check":{"CheckID":"c","TCP":"127.0.0.1:1","Interval":"1h"}}""");
        await Replication.Tests.Eventually.HoldsAsync(() => _api.Catalog.LocalChecks["c"].Output.Length > 0);
        using var answer = await _api.SendAsync("GET", "/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var families = PrometheusText.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("gauge", families["skerry_catalog_services"].Type);
        Assert.Equal("histogram", families["skerry_catalog_checks_duration_seconds"].Type);
        Assert.Contains(families["skerry_catalog_checks_runs_total"].Samples, sample => sample.Labels.Contains("type=\"tcp\"", StringComparison.Ordinal));
        Assert.Contains("process_cpu_seconds_total", families.Keys);
    }

    [Fact]
    public async Task A_histogram_that_its_owner_keeps_is_one_in_the_text()
    {
        using var meter = new Meter("Skerry.Test");
        meter.CreateObservableCounter("skerry.test.wait.sum", () => 1.5, "s", "Waiting");
        meter.CreateObservableCounter("skerry.test.wait.count", () => 3L, "s", "Waiting");
        meter.CreateObservableCounter("skerry.test.wait.bucket", () => new Measurement<long>[] { new(3, Bound("+Inf")), new(1, Bound("0.25")), new(2, Bound("2.5")) }, "s", "Waiting");

        using var answer = await _api.SendAsync("GET", "/metrics");
        var family = PrometheusText.Parse(await answer.Content.ReadAsStringAsync())["skerry_test_wait_seconds"];

        Assert.Equal("histogram", family.Type);
        Assert.Equal(
            ["_bucket{le=\"0.25\"} 1", "_bucket{le=\"2.5\"} 2", "_bucket{le=\"+Inf\"} 3", "_count{} 3", "_sum{} 1.5"],
            family.Samples.Select(sample => FormattableString.Invariant($"{sample.Name["skerry_test_wait_seconds".Length..]}{{{sample.Labels}}} {sample.Value}")));

        static KeyValuePair<string, object?> Bound(string bound) => new("le", bound);
    }

    [Fact]
    public async Task The_agents_metrics_are_Consuls_json_unless_prometheus_is_asked_for()
    {
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","Check":{"CheckID":"c","TCP":"127.0.0.1:1","Interval":"1h"}}""");
        await Replication.Tests.Eventually.HoldsAsync(() => _api.Catalog.LocalChecks["c"].Output.Length > 0);
        var json = await _api.GetAsync("/v1/agent/metrics");
        Assert.Contains(json["Gauges"]!.AsArray(), gauge => gauge!["Name"]!.GetValue<string>() == "skerry.catalog.services");
        // Other tests of this process run checks of other types meanwhile.
        var runs = json["Counters"]!.AsArray().Single(counter =>
            counter!["Name"]!.GetValue<string>() == "skerry.catalog.checks.runs" && counter["Labels"]!["type"]!.GetValue<string>() == "tcp")!;
        Assert.True(runs["Count"]!.GetValue<double>() >= 1);
        Assert.Contains(json["Samples"]!.AsArray(), sample => sample!["Name"]!.GetValue<string>() == "skerry.catalog.checks.duration");
        Assert.NotEmpty(PrometheusText.Parse((await _api.AskAsync("GET", "/v1/agent/metrics?format=prometheus")).Text));
    }

    public async ValueTask InitializeAsync() => _api = await RunningApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [GeneratedRegex("{[^}]*}")]
    private static partial Regex PathParts();
}
