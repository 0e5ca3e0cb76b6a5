using System.Diagnostics;

using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Driver;

/// <summary>
/// Spans of opening sessions, on the side that asks (<c>open session</c>, and <c>resume session</c> when its path was lost or a better one appeared) and on the side that is
/// asked (<c>take session</c>, until it is accepted or refused). Where nobody listens nothing is made.
/// </summary>
internal static class TunnelTracing
{
    /// <summary>What every system is to pass on (W3C Trace Context, section 3.3.1.5), characters.</summary>
    private const int MaxTraceState = 512;

    private static readonly ActivitySource Source = new("Skerry.Tunnel");

    /// <summary>Whether anybody listens.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>A session is about to be asked for, by whoever's span is open now.</summary>
    /// <returns>Null: there is nothing to trace.</returns>
    public static SessionTrace? BeginOpen(string node, SessionTarget target)
    {
        if (!IsOn) return null;
        var asker = Activity.Current;
        var span = Source.StartActivity("open session", ActivityKind.Client);
        Describe(span, node, target);
        // What is begun while a session is opened may last longer than any trace: connections, a dial that others wait for as well.
        Activity.Current = null;
        return span is null && asker is null ? null : new SessionTrace(span, asker);
    }

    /// <summary>A session that was opened in a trace needs another path, or may have a better one.</summary>
    public static Activity? BeginResume(SessionTrace? trace, string node, SessionTarget target, bool isLost)
    {
        if (trace is null || !IsOn) return null;
        var span = Source.StartActivity("resume session", ActivityKind.Client, trace.Context);
        Describe(span, node, target);
        span?.SetTag("skerry.session.reason", isLost ? "path lost" : "better path");
        Activity.Current = null;
        return span;
    }

    /// <summary>Another node asks for a session.</summary>
    public static Activity? BeginTake(SessionRequest request, KnownNode caller, SessionTarget target)
    {
        if (!IsOn) return null;
        ActivityContext parent = default;
        var state = request.Tracestate.Length is > 0 and <= MaxTraceState ? request.Tracestate : null;
        // What is none is no reason to refuse a session: it begins a trace here.
        if (request.Traceparent.Length > 0) ActivityContext.TryParse(request.Traceparent, state, isRemote: true, out parent);
        var span = Source.StartActivity("take session", ActivityKind.Server, parent);
        Describe(span, caller.Node, target);
        return span;
    }

    /// <summary>Says in a request which trace it is part of.</summary>
    public static void Tell(SessionTrace? trace, SessionRequest request)
    {
        if (trace is null || trace.TraceParent.Length == 0) return;
        request.Traceparent = trace.TraceParent;
        if (trace.TraceState is { Length: > 0 and <= MaxTraceState } state) request.Tracestate = state;
    }

    /// <summary>Notes the addresses that were tried.</summary>
    /// <param name="span">The span.</param>
    /// <param name="attempts">All that are known for the node.</param>
    /// <param name="since">When this one began to wait.</param>
    public static void Tried(Activity? span, IEnumerable<DialAttempt> attempts, DateTimeOffset since)
    {
        if (span is not { IsAllDataRequested: true }) return;
        foreach (var attempt in attempts.Where(attempt => attempt.At + attempt.Took >= since).OrderBy(attempt => attempt.At))
        {
            var tags = new ActivityTagsCollection { { "skerry.address", attempt.Address.ToString() }, { "skerry.duration", attempt.Took.TotalSeconds } };
            if (attempt.Failure is { } failure) tags.Add("error.message", failure);
            span.AddEvent(new ActivityEvent(attempt.Failure is null ? "dialled" : "dial.failed", attempt.At, tags));
        }
    }

    /// <summary>The session goes over this path.</summary>
    public static void GoesBy(Activity? span, PathKind path, string? relay)
    {
        if (span is not { IsAllDataRequested: true }) return;
        span.SetTag("skerry.path", NameOf(path));
        if (relay is not null) span.SetTag("skerry.relay", relay);
    }

    /// <summary>Tells the span of whoever asked for the session, which lasts as long as it does, that its path was lost and found again.</summary>
    public static void FailedOver(SessionTrace? trace, PathKind path, string? relay, TimeSpan took)
    {
        if (trace?.Asker is not { IsAllDataRequested: true } asker) return;
        var tags = new ActivityTagsCollection { { "skerry.path", NameOf(path) }, { "skerry.duration", took.TotalSeconds } };
        if (relay is not null) tags.Add("skerry.relay", relay);
        asker.AddEvent(new ActivityEvent("failover", tags: tags));
    }

    public static void Fail(Activity? span, string type, string message)
    {
        if (span is not { IsAllDataRequested: true }) return;
        span.SetTag("error.type", type);
        span.SetStatus(ActivityStatusCode.Error, message);
    }

    /// <summary>Says what went wrong.</summary>
    public static void Fail(Activity? span, Exception failed) => Fail(
        span,
        failed switch
        {
            TunnelException { Refusal: { } why } => TypeOf(why),
            OperationCanceledException => "canceled",
            _ => "unreachable",
        },
        failed.Message);

    public static string TypeOf(SessionRefusal why) => why switch
    {
        SessionRefusal.NotAllowed => "not_allowed",
        SessionRefusal.NoSuchService => "no_such_service",
        SessionRefusal.ServiceUnreachable => "service_unreachable",
        SessionRefusal.Busy => "busy",
        _ => "refused",
    };

    private static string NameOf(PathKind path) => path switch
    {
        PathKind.Relayed => "relayed",
        PathKind.Direct => "direct",
        _ => "none",
    };

    private static void Describe(Activity? span, string node, SessionTarget target)
    {
        if (span is not { IsAllDataRequested: true }) return;
        span.SetTag("skerry.node", node);
        span.SetTag("skerry.service", target.Service);
        span.SetTag("skerry.instance", target.Instance);
        span.SetTag("network.transport", target.Network);
    }
}
