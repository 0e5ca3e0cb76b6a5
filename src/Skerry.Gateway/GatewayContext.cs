using System.Collections.Immutable;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Text;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

using Skerry.Gateway.Model;
using Skerry.Gateway.Transport;

namespace Skerry.Gateway;

/// <summary>One request on its way through a pipeline, and its answer. Kept and filled again for the next request of the same connection.</summary>
internal sealed class GatewayContext
{
    /// <summary>How long a client may take for the rest of an answer that broke off.</summary>
    private static readonly TimeSpan CutPatience = TimeSpan.FromSeconds(1);

    private IFeatureCollection _features = null!;
    private IHttpRequestFeature _request = null!;
    private IHttpResponseFeature _response = null!;
    private IHttpResponseBodyFeature _responseBody = null!;
    private IHttpRequestBodyDetectionFeature? _bodyDetection;
    private ListenerOptions _listener = null!;
    private IPAddress? _peerAddress;
    private string _peer = "unknown";
    private bool _isPeerTrusted;
    private string? _client;
    private string _host = "";

    /// <summary>The server's features, for what this type does not show.</summary>
    public IFeatureCollection Features => _features;

    public string Method => _request.Method;

    /// <summary>Path, decoded and without dots; what routes match.</summary>
    public string Path => _request.Path;

    /// <summary>By the listener, not by what the client says.</summary>
    public string Scheme { get; private set; } = "http";

    /// <summary>Path and query as they are forwarded; plugins may change it.</summary>
    public string Target { get; set; } = "";

    public IHeaderDictionary RequestHeaders { get; private set; } = null!;

    public IHeaderDictionary ResponseHeaders { get; private set; } = null!;

    public int StatusCode
    {
        get => _response.StatusCode;
        set => _response.StatusCode = value;
    }

    public bool HasStarted => _response.HasStarted;

    /// <summary>The pipeline that took the request; null when none did.</summary>
    public PipelineModel? Pipeline { get; set; }

    /// <summary>Plugins the request has passed; those see the answer on its way out.</summary>
    public int PassedPlugins { get; set; }

    /// <summary>Names of headers that plugins have set and that would otherwise be taken for the client's claims about itself.</summary>
    public ImmutableArray<string> Vouched { get; set; } = [];

    /// <summary>The status that is counted, which differs from the answer's where that broke off.</summary>
    public int Outcome { get; set; }

    /// <summary>Its span; null: nobody listens.</summary>
    public Activity? Span { get; set; }

    /// <summary>The span of the attempt at an instance that is under way; its own where that is not recorded.</summary>
    public Activity? Attempt { get; set; }

    /// <summary>Ends when the client is gone.</summary>
    public CancellationToken Aborted => _features.Get<IHttpRequestLifetimeFeature>()!.RequestAborted;

    public PipeReader RequestBody => _features.Get<IRequestBodyPipeFeature>()!.Reader;

    public IHttpResponseBodyFeature ResponseBody => _responseBody;

    /// <summary>Takes fields that follow the body; null where the client's protocol has none that Kestrel writes.</summary>
    public IHeaderDictionary? ResponseTrailers => IsHttp1 ? null : _features.Get<IHttpResponseTrailersFeature>()?.Trailers;

    public bool MayHaveBody => _bodyDetection?.CanHaveBody ?? false;

    /// <summary>Whether the client speaks HTTP/1.x: trailers and connections differ.</summary>
    public bool IsHttp1 { get; private set; }

    /// <summary>The client's connection, when it carries this request alone: its end is the request's. Null on HTTP/2.</summary>
    public PolledSocket? ClientSocket { get; private set; }

    /// <summary>The client's IP address as text: the peer's, or what trusted proxies say.</summary>
    public string ClientAddress => _client ??= _isPeerTrusted ? ClientTrust.ClientOf(_peer, RequestHeaders, _listener.TrustedProxies) : _peer;

    /// <summary>What an instance is told of the client.</summary>
    public ForwardedClient Forwarded => _isPeerTrusted ? ClientTrust.Extend(this, _peer) : new ForwardedClient(_peer, Scheme, _host, null);

    /// <summary>The Host header as the client sent it.</summary>
    public string OriginalHost => _host;

    /// <summary>The Host header without its port.</summary>
    public ReadOnlySpan<char> HostName
    {
        get
        {
            var host = _host.AsSpan();
            if (host.StartsWith("[")) return host.IndexOf(']') is > 0 and var end ? host[1..end] : host;
            return host.IndexOf(':') is >= 0 and var colon ? host[..colon] : host;
        }
    }

    /// <summary>Fills the context for a request.</summary>
    public void Begin(IFeatureCollection features, ListenerOptions listener)
    {
        // On HTTP/1.1 the features are the connection's own and stay the same; asking for each anew would cost more than a plugin does.
        if (!ReferenceEquals(features, _features) || !ReferenceEquals(listener, _listener)) Attach(features, listener);
        RequestHeaders = _request.Headers;
        ResponseHeaders = _response.Headers;
        Pipeline = null;
        PassedPlugins = 0;
        Vouched = [];
        Outcome = 0;
        Span = Attempt = null;
        _client = null;
        _host = RequestHeaders.Host.ToString();
        Target = ForwardedTarget();
    }

    /// <summary>Whether a plugin has set a header that says who the client is.</summary>
    public bool Vouches(string name) => !Vouched.IsEmpty && Vouched.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>A value of the query, decoded; empty when it has none.</summary>
    public string Query(string name) => QueryHelpers.ParseQuery(_request.QueryString).TryGetValue(name, out var values) ? values.ToString() : "";

    /// <summary>Puts another path in place of the decoded one; the query stays.</summary>
    public void SetPath(string path) => Target = new PathString(path).ToUriComponent() + _request.QueryString;

    /// <summary>Lets the plugins see the answer before its headers are sent; call once, before the first byte.</summary>
    public void BeginResponse()
    {
        if (Pipeline is not { } pipeline) return;
        for (var i = PassedPlugins - 1; i >= 0; i--) pipeline.Plugins[i].OnResponse(this);
        PassedPlugins = 0;
    }

    /// <summary>Answers with a line of text; the value says that the pipeline ends here.</summary>
    public async ValueTask<bool> AnswerAsync(int status, string text)
    {
        StatusCode = status;
        var body = Encoding.UTF8.GetBytes(text + "\n");
        ResponseHeaders.ContentType = "text/plain; charset=utf-8";
        ResponseHeaders.ContentLength = body.Length;
        BeginResponse();
        if (!HttpMethods.IsHead(Method)) await ResponseBody.Writer.WriteAsync(body);
        return false;
    }

    /// <summary>Cuts the client off after what there is of its answer: it may use that, and sees that the rest is missing. Who does not take it at once gets no more.</summary>
    public async ValueTask CutAsync()
    {
        using var limit = new CancellationTokenSource(CutPatience);
        try
        {
            await ResponseBody.Writer.FlushAsync(limit.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The client is gone already, or in no hurry.
        }

        Abort();
    }

    /// <summary>Cuts the client off: the only way to say that an answer under way will not be whole.</summary>
    public void Abort() => _features.Get<IHttpRequestLifetimeFeature>()!.Abort();

    private void Attach(IFeatureCollection features, ListenerOptions listener)
    {
        _features = features;
        _listener = listener;
        _request = features.Get<IHttpRequestFeature>()!;
        _response = features.Get<IHttpResponseFeature>()!;
        _responseBody = features.Get<IHttpResponseBodyFeature>()!;
        _bodyDetection = features.Get<IHttpRequestBodyDetectionFeature>();
        IsHttp1 = _request.Protocol.Length == 8; // "HTTP/1.1", not "HTTP/2"
        Scheme = listener.Tls is null ? "http" : "https";
        ClientSocket = IsHttp1 ? features.Get<ClientConnection>()?.Socket : null;
        var address = features.Get<IHttpConnectionFeature>()?.RemoteIpAddress;
        if (!ReferenceEquals(address, _peerAddress)) _peer = address is null ? "unknown" : ClientTrust.Plain(address).ToString();
        _peerAddress = address;
        _isPeerTrusted = ClientTrust.IsTrusted(address, listener.TrustedProxies);
    }

    /// <summary>
    /// The target as the client wrote it, since decoding loses what instances may need; but what was routed by a path without dots is forwarded so, or an
    /// instance would see another path than the routes did.
    /// </summary>
    private string ForwardedTarget()
    {
        var raw = _request.RawTarget;
        if (raw is not ['/', ..]) return raw == "*" ? raw : EncodedTarget();
        var path = raw.AsSpan();
        if (path.IndexOf('?') is >= 0 and var query) path = path[..query];
        if (path.SequenceEqual(_request.Path)) return raw;
        return path.Contains("/.", StringComparison.Ordinal) || path.Contains("%2e", StringComparison.OrdinalIgnoreCase) ? EncodedTarget() : raw;
    }

    private string EncodedTarget() => (new PathString(_request.Path).ToUriComponent() is { Length: > 0 } path ? path : "/") + _request.QueryString;
}
