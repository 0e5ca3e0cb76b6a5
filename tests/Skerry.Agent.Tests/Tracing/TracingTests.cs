using System.Diagnostics;

namespace Skerry.Agent.Tests.Tracing;

/// <summary>What a collector gets of a request from one site to a service of another.</summary>
public sealed class TracingTests : IClassFixture<TracedSites>
{
    private readonly TracedSites _sites;

    public TracingTests(TracedSites sites) => _sites = sites;

    [Theory]
    [InlineData("httpProtobuf")]
    [InlineData("grpc")]
    public async Task A_request_with_a_trace_has_its_spans_in_both_nodes_each_below_the_one_that_caused_it(string protocol)
    {
        await _sites.TraceAsync(protocol);
        await _sites.AskAsync(Traceparent(out var trace, out var root));

        var spans = await UntilWholeAsync(trace);
        AssertChain(spans, root);
        var client = spans.Single(span => span.Source == "Skerry.Gateway" && span.Kind == CollectedSpan.Client);
        Assert.Equal($"00-{trace}-{client.SpanId}-01", _sites.LastServed);
        Assert.EndsWith("/shop?token=REDACTED", client.Tags["url.full"], StringComparison.Ordinal);
        var opening = Of(spans, "here", "open session");
        Assert.Equal(("relayed", "relay", "there"), (opening.Tags["skerry.path"], opening.Tags["skerry.relay"], opening.Tags["skerry.node"]));
        Assert.Equal(("relayed", "relay", "here"), (Of(spans, "there", "take session").Tags["skerry.path"], Of(spans, "there", "take session").Tags["skerry.relay"], Of(spans, "there", "take session").Tags["skerry.node"]));
        var forward = Of(spans, "here", "forward orders");
        Assert.Equal(("orders", "factory", "orders", "relayed"), (forward.Tags["skerry.service"], forward.Tags["skerry.group"], forward.Tags["skerry.instance"], forward.Tags["skerry.path"]));
        Assert.Equal(forward.Tags["skerry.bytes.to_service"], Of(spans, "there", "serve orders").Tags["skerry.bytes.to_service"]);
        Assert.NotEqual("0", forward.Tags["skerry.bytes.from_service"]);
    }

    [Fact]
    public async Task A_request_without_a_trace_begins_one()
    {
        await _sites.TraceAsync("httpProtobuf");
        await _sites.AskAsync(null);
        AssertChain(await UntilWholeAsync(_sites.LastServed.Split('-')[1]), root: "");
    }

    [Fact]
    public async Task A_trace_that_is_not_recorded_stays_so_in_both_nodes()
    {
        await _sites.TraceAsync("httpProtobuf");
        await _sites.AskAsync(Traceparent(out var unrecorded, out _, isRecorded: false));
        Assert.StartsWith($"00-{unrecorded}-", _sites.LastServed, StringComparison.Ordinal);
        Assert.EndsWith("-00", _sites.LastServed, StringComparison.Ordinal);
        await AssertNothingOfAsync(unrecorded);
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_traced_and_what_a_request_brings_passes_as_it_is()
    {
        await _sites.TraceAsync("httpProtobuf");
        await _sites.TraceAsync(null);
        var traceparent = Traceparent(out var trace, out _);
        await _sites.AskAsync(traceparent);
        Assert.Equal(traceparent, _sites.LastServed);
        await _sites.TraceAsync("httpProtobuf");
        await AssertNothingOfAsync(trace);
    }

    private static string Traceparent(out string trace, out string span, bool isRecorded = true)
    {
        (trace, span) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        return $"00-{trace}-{span}-{(isRecorded ? "01" : "00")}";
    }

    private static CollectedSpan Of(IReadOnlyList<CollectedSpan> spans, string node, string name) => spans.Single(span => span.Node == node && span.Name == name);

    /// <summary>Gateway, proxy and tunnel of the one site, tunnel and proxy of the other.</summary>
    private static void AssertChain(IReadOnlyList<CollectedSpan> spans, string root)
    {
        (string Node, string Source, string Name, int Kind)[] chain =
        [
            ("here", "Skerry.Gateway", "GET /shop", CollectedSpan.Server),
            ("here", "Skerry.Gateway", "GET", CollectedSpan.Client),
            ("here", "Skerry.Proxy", "forward orders", CollectedSpan.Internal),
            ("here", "Skerry.Tunnel", "open session", CollectedSpan.Client),
            ("there", "Skerry.Tunnel", "take session", CollectedSpan.Server),
            ("there", "Skerry.Proxy", "serve orders", CollectedSpan.Internal),
        ];
        Assert.Equal(chain.Length, spans.Count);
        var parent = root;
        foreach (var (node, source, name, kind) in chain)
        {
            var span = Of(spans, node, name);
            Assert.Equal((source, kind, parent, false), (span.Source, span.Kind, span.ParentId, span.IsError));
            parent = span.SpanId;
        }
    }

    /// <summary>When what came later is whole, there would have been something of it.</summary>
    private async Task AssertNothingOfAsync(string trace)
    {
        await _sites.AskAsync(Traceparent(out var later, out _));
        await UntilWholeAsync(later);
        Assert.DoesNotContain(_sites.Collector.Spans, span => span.TraceId == trace);
    }

    private Task<IReadOnlyList<CollectedSpan>> UntilWholeAsync(string trace) => _sites.Collector.UntilAsync(trace, spans => spans.Count >= 6, "the six spans of a request");
}
