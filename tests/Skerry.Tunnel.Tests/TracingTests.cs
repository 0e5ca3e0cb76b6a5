using System.Collections.Concurrent;
using System.Diagnostics;

using Skerry.Tunnel.Driver;

namespace Skerry.Tunnel.Tests;

public sealed class TracingTests : IAsyncDisposable
{
    private readonly TestMesh _mesh = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trace_crosses_to_the_other_node_and_shows_what_was_dialled_and_the_failover()
    {
        using var source = new ActivitySource("asker");
        var (trace, ended) = (ActivityTraceId.CreateRandom(), new ConcurrentQueue<Activity>());
        using var listener = new ActivityListener
        {
            ShouldListenTo = known => known.Name == "Skerry.Tunnel" || known == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.TraceId == trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var relays = new Dictionary<string, TunnelNode> { ["one"] = await _mesh.StartRelayAsync("one"), ["two"] = await _mesh.StartRelayAsync("two") };
        var (here, there) = (await _mesh.StartAsync("here"), await _mesh.StartAsync("there"));
        await TestMesh.HeldAsync(there, 2);
        using var asker = source.StartActivity("ask", ActivityKind.Internal, new ActivityContext(trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded))!;
        await using var session = await here.ConnectAsync("there", TestMesh.Echo, Cancel);
        Assert.Same(asker, Activity.Current);
        var opening = Assert.Single(ended, span => span.OperationName == "open session");
        Assert.Equal((asker.SpanId, ActivityKind.Client), (opening.ParentSpanId, opening.Kind));
        Assert.Contains(opening.Events, happened => happened.Name == "dialled");
        Assert.Equal("relayed", opening.GetTagItem("skerry.path"));
        await TestMesh.UntilAsync(() => ended.Any(span => span.OperationName == "take session"), "the other node's span");
        var taking = Assert.Single(ended, span => span.OperationName == "take session");
        Assert.Equal((opening.SpanId, ActivityKind.Server), (taking.ParentSpanId, taking.Kind));

        await relays[(string)opening.GetTagItem("skerry.relay")!].DisposeAsync();
        await TestMesh.UntilAsync(() => asker.Events.Any(happened => happened.Name == "failover"), "the failover");
        await TestMesh.UntilAsync(() => ended.Any(IsFailover), "the span of the failover");
        var resuming = ended.First(IsFailover);
        Assert.Equal(opening.SpanId, resuming.ParentSpanId);
        Assert.NotEqual(opening.GetTagItem("skerry.relay"), resuming.GetTagItem("skerry.relay"));

        static bool IsFailover(Activity span) => span.OperationName == "resume session" && span.GetTagItem("skerry.session.reason") is "path lost";
    }

    [Fact]
    public void Where_nobody_listens_a_session_is_no_span_and_nothing_is_made()
    {
        _ = TunnelTracing.BeginOpen("there", TestMesh.Echo); // what the first call sets up does not count
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Assert.Null(TunnelTracing.BeginOpen("there", TestMesh.Echo));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
