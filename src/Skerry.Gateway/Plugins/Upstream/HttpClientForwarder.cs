using System.Net;

using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Forwards by YARP what the gateway's own connection does not: upgrades such as WebSocket, and instances that speak HTTP/2, gRPC among them.</summary>
internal sealed class HttpClientForwarder : IDisposable
{
    private readonly HttpMessageInvoker _client;
    private readonly IHttpForwarder _forwarder;
    private readonly ForwarderRequestConfig _http1;
    private readonly ForwarderRequestConfig _http2;
    private readonly UpstreamOptions _options;

    public HttpClientForwarder(UpstreamOptions options, IHttpForwarder forwarder)
    {
        _options = options;
        _forwarder = forwarder;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = options.ConnectTimeout,
            ActivityHeadersPropagator = null,
        });
        var activity = options.IdleTimeout > TimeSpan.Zero ? options.IdleTimeout : TimeSpan.FromDays(1);
        _http1 = new ForwarderRequestConfig { ActivityTimeout = activity, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        _http2 = new ForwarderRequestConfig { ActivityTimeout = activity, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    /// <summary>Whether a request is for this forwarder.</summary>
    public bool Takes(GatewayContext context) =>
        _options.Protocol == UpstreamProtocol.Http2 || IsGrpc(context) || IsUpgrade(context);

    public async ValueTask<ForwarderError> SendAsync(GatewayContext context, Target target)
    {
        var http = new DefaultHttpContext(context.Features);
        var config = _options.Protocol == UpstreamProtocol.Http2 || IsGrpc(context) ? _http2 : _http1;
        return await _forwarder.SendAsync(http, $"http://{target.Name}", _client, config, new Transformer(context, _options));
    }

    public void Dispose() => _client.Dispose();

    private static bool IsGrpc(GatewayContext context) =>
        !context.IsHttp1 && context.RequestHeaders.ContentType is [{ } type] && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);

    private static bool IsUpgrade(GatewayContext context) =>
        context.IsHttp1
            ? context.RequestHeaders.Upgrade.Count > 0 && context.RequestHeaders.Connection.ToString().Contains("upgrade", StringComparison.OrdinalIgnoreCase)
            : HttpMethods.IsConnect(context.Method);

    private sealed class Transformer(GatewayContext context, UpstreamOptions options) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.RequestUri = new Uri(destinationPrefix + context.Target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            var headers = proxyRequest.Headers;
            headers.Host = options.PreserveHost ? context.RequestHeaders.Host.ToString() : null;
            var chain = options.TrustForwarded ? context.RequestHeaders["X-Forwarded-For"].ToString() : "";
            Replace(headers, "X-Forwarded-For", chain.Length > 0 ? $"{chain}, {context.ClientAddress}" : context.ClientAddress);
            if (!options.TrustForwarded) headers.Remove("Forwarded");
            if (!options.TrustForwarded || !headers.Contains("X-Forwarded-Proto")) Replace(headers, "X-Forwarded-Proto", context.Scheme);
            if (!options.TrustForwarded || !headers.Contains("X-Forwarded-Host")) Replace(headers, "X-Forwarded-Host", context.RequestHeaders.Host.ToString());
        }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            var pass = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            if (proxyResponse is not null) context.BeginResponse();
            return pass;
        }

        private static void Replace(System.Net.Http.Headers.HttpRequestHeaders headers, string name, string value)
        {
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }
    }
}
