using System.Net;

using Skerry.Proxy.Forwarding;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Tests;

public sealed class TracingTests
{
    private static readonly IPEndPoint Client = new(IPAddress.Loopback, 40_000);

    [Fact]
    public void Where_nobody_listens_nothing_is_made()
    {
        var query = new ServiceQuery("orders", "", ServiceNetwork.Tcp);
        var call = new PipeCall("there", "factory", new ServiceTarget("orders", "orders-1", ServiceNetwork.Tcp));
        Trace(); // what the first call sets up does not count
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Trace();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Trace()
        {
            Assert.Null(ProxyTracing.BeginForward(query, Client.Address, default));
            Assert.Null(ProxyTracing.BeginCall(call));
            ProxyTracing.Fail(null, "broken", "");
        }
    }

    [Fact]
    public void A_connection_that_was_told_of_has_its_trace_once_and_not_for_ever()
    {
        var time = new ShiftingTime();
        var traces = new ExpectedTraces(time);
        var trace = new System.Diagnostics.ActivityContext(System.Diagnostics.ActivityTraceId.CreateRandom(), System.Diagnostics.ActivitySpanId.CreateRandom(), default);
        traces.Add(Client, trace);
        Assert.Equal(default, traces.Take(new IPEndPoint(IPAddress.Loopback, 40_001)));
        Assert.Equal((trace.SpanId, true), (traces.Take(Client) is var taken ? taken.SpanId : default, taken.IsRemote));
        Assert.Equal(default, traces.Take(Client));

        // One that never came does not give its trace to whoever has that port next.
        traces.Add(Client, trace);
        time.Shift(TimeSpan.FromMinutes(1));
        Assert.Equal(default, traces.Take(Client));

        // As many as may be on their way at once; those that never came make room.
        for (var port = 1; port <= 2000; port++) traces.Add(new IPEndPoint(IPAddress.Loopback, port), trace);
        Assert.Equal(default, traces.Take(new IPEndPoint(IPAddress.Loopback, 2000)));
        time.Shift(TimeSpan.FromMinutes(1));
        traces.Add(Client, trace);
        Assert.Equal(trace.SpanId, traces.Take(Client).SpanId);
    }

    private sealed class ShiftingTime : TimeProvider
    {
        private TimeSpan _shift;

        public override long GetTimestamp() => System.GetTimestamp() + (long)(_shift.TotalSeconds * TimestampFrequency);

        public void Shift(TimeSpan time) => _shift += time;
    }
}
