using System.Diagnostics;
using System.Net;

using Skerry.Proxy.Flows;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy;

/// <summary>
/// Spans of what is forwarded, each as long as its connection or its client's datagrams: on the client's side <c>forward</c>, on the instance's node <c>serve</c>. Where
/// nobody listens nothing is made.
/// </summary>
internal static class ProxyTracing
{
    private const string Name = "Skerry.Proxy";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Whether anybody listens.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>The span that is open here; null: none, or another part's.</summary>
    public static Activity? Current => Activity.Current is { Source.Name: Name } span ? span : null;

    /// <summary>A client wants a service.</summary>
    /// <param name="query">Which.</param>
    /// <param name="client">Who; null: unknown.</param>
    /// <param name="parent">The span that the connection was opened for; of no trace: it begins one.</param>
    public static Activity? BeginForward(ServiceQuery query, IPAddress? client, ActivityContext parent)
    {
        if (!IsOn) return null;
        var span = Source.StartActivity("forward " + query.Service, ActivityKind.Internal, parent);
        if (span is not { IsAllDataRequested: true }) return span;
        Describe(span, query.Service, query.Network);
        if (query.Group.Length > 0) span.SetTag("skerry.group", query.Group);
        if (client is not null) span.SetTag("client.address", client.ToString());
        return span;
    }

    /// <summary>Another node asks for an instance of this one. The span that it was taken in with is the one above.</summary>
    public static Activity? BeginCall(IncomingCall call)
    {
        if (!IsOn) return null;
        var span = Source.StartActivity("serve " + call.Target.Service);
        if (span is not { IsAllDataRequested: true }) return span;
        Describe(span, call.Target.Service, call.Target.Network);
        span.SetTag("skerry.instance", call.Target.InstanceId);
        span.SetTag("skerry.caller.node", call.Caller);
        span.SetTag("skerry.caller.group", call.CallerGroup);
        return span;
    }

    /// <summary>An instance has taken the connection.</summary>
    public static void Reached(Activity? span, Candidate instance, string path)
    {
        if (span is not { IsAllDataRequested: true }) return;
        span.SetTag("skerry.instance", instance.Key.Id);
        span.SetTag("skerry.node", instance.Key.Node);
        span.SetTag("skerry.path", path);
        span.AddEvent(new ActivityEvent("reached"));
    }

    /// <summary>An instance could not be reached; there may be others.</summary>
    public static void AttemptFailed(Candidate instance, ProxyException failed)
    {
        if (!IsOn || Current is not { IsAllDataRequested: true } span) return;
        span.AddEvent(new ActivityEvent("dial.failed", tags: new ActivityTagsCollection
        {
            { "skerry.instance", instance.Key.Id },
            { "skerry.node", instance.Key.Node },
            { "error.type", TypeOf(failed.Reason) },
            { "error.message", failed.Message },
        }));
    }

    /// <summary>It is over.</summary>
    /// <param name="span">Its span.</param>
    /// <param name="flow">What it carried.</param>
    /// <param name="path">How, in the end.</param>
    public static void Carried(Activity? span, Flow flow, string path)
    {
        if (span is not { IsAllDataRequested: true }) return;
        span.SetTag("skerry.path", path);
        span.SetTag("skerry.bytes.to_service", flow.Up);
        span.SetTag("skerry.bytes.from_service", flow.Down);
    }

    public static void Fail(Activity? span, ProxyException failed) => Fail(span, failed.Reason, failed.Message);

    public static void Fail(Activity? span, ProxyFailure reason, string message) => Fail(span, TypeOf(reason), message);

    public static void Fail(Activity? span, string type, string message)
    {
        if (span is not { IsAllDataRequested: true }) return;
        span.SetTag("error.type", type);
        span.SetStatus(ActivityStatusCode.Error, message);
    }

    private static void Describe(Activity span, string service, ServiceNetwork network)
    {
        span.SetTag("skerry.service", service);
        span.SetTag("network.transport", network == ServiceNetwork.Udp ? "udp" : "tcp");
    }

    private static string TypeOf(ProxyFailure reason) => reason switch
    {
        ProxyFailure.Unreachable => "unreachable",
        ProxyFailure.Refused => "refused",
        ProxyFailure.Timeout => "timeout",
        ProxyFailure.NoInstance => "no_instance",
        _ => "busy",
    };
}
