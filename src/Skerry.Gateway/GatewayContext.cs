using System.Net;
using System.Text;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

using Skerry.Gateway.Model;

namespace Skerry.Gateway;

/// <summary>One request on its way through a pipeline, and its answer. Kept and filled again for the next request of the same connection.</summary>
internal sealed class GatewayContext
{
    private IFeatureCollection _features = null!;
    private IHttpRequestFeature _request = null!;
    private IHttpResponseFeature _response = null!;
    private IPAddress? _clientIp;
    private string _clientAddress = "";

    /// <summary>The server's features, for what this type does not show.</summary>
    public IFeatureCollection Features => _features;

    public string Method => _request.Method;

    /// <summary>Path, decoded; what routes match.</summary>
    public string Path => _request.Path;

    /// <summary>By the listener, not by what the client says.</summary>
    public string Scheme { get; private set; } = "http";

    /// <summary>Path and query as they are forwarded; plugins may change it.</summary>
    public string Target { get; set; } = "";

    public IHeaderDictionary RequestHeaders => _request.Headers;

    public IHeaderDictionary ResponseHeaders => _response.Headers;

    public int StatusCode
    {
        get => _response.StatusCode;
        set => _response.StatusCode = value;
    }

    public bool HasStarted => _response.HasStarted;

    /// <summary>The pipeline that took the request; null when none did.</summary>
    public PipelineModel? Pipeline { get; set; }

    /// <summary>Plugins the request has passed; those answer on the way out.</summary>
    public int PassedPlugins { get; set; }

    /// <summary>Ends when the client is gone.</summary>
    public CancellationToken Aborted => _features.Get<IHttpRequestLifetimeFeature>()!.RequestAborted;

    public System.IO.Pipelines.PipeReader RequestBody => _features.Get<IRequestBodyPipeFeature>()!.Reader;

    public IHttpResponseBodyFeature ResponseBody => _features.Get<IHttpResponseBodyFeature>()!;

    public bool MayHaveBody => _features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? false;

    /// <summary>Whether the client speaks HTTP/1.x: trailers and connections differ.</summary>
    public bool IsHttp1 => _request.Protocol.Length == 8;

    /// <summary>The client's IP address as text.</summary>
    public string ClientAddress
    {
        get
        {
            var ip = _features.Get<IHttpConnectionFeature>()?.RemoteIpAddress;
            if (!ReferenceEquals(ip, _clientIp) || _clientAddress.Length == 0)
            {
                _clientIp = ip;
                _clientAddress = ip is null ? "unknown" : (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString();
            }

            return _clientAddress;
        }
    }

    /// <summary>The Host header without its port.</summary>
    public ReadOnlySpan<char> HostName
    {
        get
        {
            var host = (_request.Headers.Host is [var one] ? one : null).AsSpan();
            if (host.StartsWith("[")) return host.IndexOf(']') is > 0 and var end ? host[1..end] : host;
            return host.IndexOf(':') is >= 0 and var colon ? host[..colon] : host;
        }
    }

    /// <summary>Fills the context for a request.</summary>
    public void Begin(IFeatureCollection features, string scheme)
    {
        Scheme = scheme;
        _features = features;
        _request = features.Get<IHttpRequestFeature>()!;
        _response = features.Get<IHttpResponseFeature>()!;
        Pipeline = null;
        PassedPlugins = 0;
        // The raw target keeps what decoding would lose; absolute and asterisk forms go by the parsed parts.
        Target = _request.RawTarget is ['/', ..] raw ? raw : EncodedTarget();
    }

    /// <summary>A value of the query, decoded; empty when it has none.</summary>
    public string Query(string name) => QueryHelpers.ParseQuery(_request.QueryString).TryGetValue(name, out var values) ? values.ToString() : "";

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
        if (!HttpMethods.IsHead(Method)) await ResponseBody.Writer.WriteAsync(body, Aborted);
        return false;
    }

    private string EncodedTarget() => new PathString(_request.Path).ToUriComponent() is { Length: > 0 } path ? path + _request.QueryString : "/" + _request.QueryString;
}
