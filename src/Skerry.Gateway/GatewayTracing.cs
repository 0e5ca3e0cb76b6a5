using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using Skerry.Gateway.Http1;
using Skerry.Gateway.Plugins.Upstream;

namespace Skerry.Gateway;

/// <summary>
/// Spans of requests and of attempts at instances, named as OpenTelemetry's conventions for HTTP spans want them (semantic conventions 1.38, "HTTP spans"). Where nobody
/// listens nothing is made.
/// </summary>
internal static class GatewayTracing
{
    private static readonly ActivitySource Source = new("Skerry.Gateway");

    /// <summary>Whether anybody listens.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>A request has come; it goes on with the trace it brings, or begins one.</summary>
    public static Activity? BeginRequest(GatewayContext context)
    {
        var headers = context.RequestHeaders;
        ActivityContext parent = default;
        var isContinued = headers.TraceParent is [{ } said] && ActivityContext.TryParse(said, headers.TraceState.Count == 0 ? null : headers.TraceState.ToString(), isRemote: true, out parent);
        // What runs at this moment is no cause of the request.
        if (!isContinued) Activity.Current = null;
        var method = MethodOf(context);
        var span = Source.StartActivity(method, ActivityKind.Server, parent);
        context.Span = span;
        if (span is { IsAllDataRequested: true }) Describe(span, method, context);
        return span;
    }

    /// <summary>The request is over, with the status that is counted for it.</summary>
    public static void EndRequest(Activity? span, GatewayContext context)
    {
        if (span is null) return;
        context.Span = null;
        if (span.IsAllDataRequested)
        {
            var (counted, said) = (context.Outcome, context.StatusCode);
            if (context.Pipeline is { } pipeline)
            {
                span.SetTag("skerry.pipeline", pipeline.Name);
                if (pipeline.Route is { } route)
                {
                    span.SetTag("http.route", route.Path);
                    span.DisplayName = $"{MethodOf(context)} {route.Path}";
                }
            }

            if (context.HasStarted || counted == said) span.SetTag("http.response.status_code", said);
            if (counted == GatewayApplication.ClientGone) span.SetTag("error.type", "client_gone");
            else if (counted != said) Fail(span, "answer_broken");
            else if (said >= 500) Fail(span, said.ToString(CultureInfo.InvariantCulture));
        }

        span.Dispose();
    }

    /// <summary>An instance is about to be asked. From now on the request's headers say so.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">The instance.</param>
    /// <param name="service">Its service; empty: it is named by its address.</param>
    /// <param name="attempt">0 the first time.</param>
    public static Activity? BeginAttempt(GatewayContext context, Target target, string service, int attempt)
    {
        if (context.Span is not { } request) return null;
        var method = MethodOf(context);
        var span = Source.StartActivity(method, ActivityKind.Client, request.Context);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("http.request.method", method);
            span.SetTag("url.full", $"http://{target.Name}{Redacted(context.Target)}");
            SetServer(span, target.EndPoint);
            if (service.Length > 0) span.SetTag("skerry.service", service);
            if (attempt > 0) span.SetTag("http.request.resend_count", attempt);
        }

        context.Attempt = span ?? request;
        context.RequestHeaders.TraceParent = context.Attempt.Id;
        context.RequestHeaders.TraceState = context.Attempt.TraceStateString;
        return span;
    }

    /// <summary>The instance was asked.</summary>
    /// <param name="span">What <see cref="BeginAttempt"/> gave.</param>
    /// <param name="context">The request.</param>
    /// <param name="outcome">What became of it; null: it was cut off.</param>
    public static void EndAttempt(Activity? span, GatewayContext context, AttemptOutcome? outcome)
    {
        context.Attempt = null;
        if (span is null) return;
        if (span.IsAllDataRequested)
        {
            if (outcome is not { } known) Fail(span, "cut_off");
            else if (known.Failure is { } failure) Fail(span, NameOf(failure, known.WasStale));
            else
            {
                span.SetTag("http.response.status_code", context.StatusCode);
                if (context.StatusCode >= 400) Fail(span, context.StatusCode.ToString(CultureInfo.InvariantCulture));
            }
        }

        span.Dispose();
    }

    private static void Describe(Activity span, string method, GatewayContext context)
    {
        span.SetTag("http.request.method", method);
        if (method != context.Method) span.SetTag("http.request.method_original", context.Method);
        span.SetTag("url.scheme", context.Scheme);
        var target = Redacted(context.Target);
        var query = target.IndexOf('?', StringComparison.Ordinal);
        span.SetTag("url.path", query < 0 ? target : target[..query]);
        if (query >= 0) span.SetTag("url.query", target[(query + 1)..]);
        if (HostString.FromUriComponent(context.OriginalHost) is { HasValue: true } host)
        {
            span.SetTag("server.address", host.Host);
            if (host.Port is { } port) span.SetTag("server.port", port);
        }

        span.SetTag("client.address", context.ClientAddress);
        if (context.Features.Get<IHttpConnectionFeature>() is { RemoteIpAddress: { } peer } connection)
        {
            span.SetTag("network.peer.address", peer.ToString());
            span.SetTag("network.peer.port", connection.RemotePort);
        }

        if (context.Features.Get<IHttpRequestFeature>()?.Protocol is ['H', 'T', 'T', 'P', '/', .. var version]) span.SetTag("network.protocol.version", version);
        if (context.RequestHeaders.UserAgent is [{ Length: > 0 } agent, ..]) span.SetTag("user_agent.original", agent);
    }

    private static void SetServer(Activity span, EndPoint instance)
    {
        if (instance is IPEndPoint ip)
        {
            span.SetTag("server.address", ip.Address.ToString());
            span.SetTag("server.port", ip.Port);
        }
        else if (instance is DnsEndPoint name)
        {
            span.SetTag("server.address", name.Host);
            span.SetTag("server.port", name.Port);
        }
    }

    private static void Fail(Activity span, string type)
    {
        span.SetTag("error.type", type);
        span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Names are few: a client's own words do not become names of spans.</summary>
    private static string MethodOf(GatewayContext context) => context.Method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "CONNECT" or "OPTIONS" or "TRACE" or "PATCH" => context.Method,
        _ => "_OTHER",
    };

    private static string NameOf(UpstreamFailure failure, bool wasStale) => failure switch
    {
        UpstreamFailure.Connect => "connect",
        UpstreamFailure.ConnectTimeout => "connect_timeout",
        UpstreamFailure.FirstByteTimeout => "first_byte_timeout",
        UpstreamFailure.BodyTimeout => "body_timeout",
        UpstreamFailure.Closed => wasStale ? "kept_connection_closed" : "closed",
        UpstreamFailure.Body => "body",
        _ => "protocol",
    };

    /// <summary>A target whose query has names alone: values are what people sign in and sign with.</summary>
    private static string Redacted(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        if (query < 0) return target;
        var text = new StringBuilder(target, 0, query + 1, target.Length);
        foreach (var range in target.AsSpan(query + 1).Split('&'))
        {
            var pair = target.AsSpan(query + 1)[range];
            if (text[^1] != '?') text.Append('&');
            var equals = pair.IndexOf('=');
            if (equals < 0) text.Append(pair);
            else text.Append(pair[..equals]).Append("=REDACTED");
        }

        return text.ToString();
    }
}
