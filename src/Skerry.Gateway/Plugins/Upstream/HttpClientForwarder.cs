using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

using Skerry.Gateway.Http1;

using Yarp.ReverseProxy.Forwarder;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Forwards by YARP what the gateway's own connection does not: upgrades such as WebSocket, and instances that speak HTTP/2, gRPC among them.</summary>
internal sealed class HttpClientForwarder : IDisposable
{
    /// <summary>The span of a request to an instance of another group.</summary>
    private static readonly HttpRequestOptionsKey<ActivityContext> Opener = new("Skerry.Opener");

    private readonly HttpMessageInvoker _client;
    private readonly IHttpForwarder _forwarder;
    private readonly ForwarderRequestConfig _http1;
    private readonly ForwarderRequestConfig _http2;
    private readonly UpstreamOptions _options;

    public HttpClientForwarder(UpstreamOptions options, IHttpForwarder forwarder, IFarInstances? far)
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
            // The attempt has a span already, and its headers.
            ActivityHeadersPropagator = null,
            ConnectCallback = far is null ? null : (connecting, cancellation) => ConnectAsync(connecting, far, cancellation),
        });
        var silence = options.IdleTimeout > TimeSpan.Zero ? options.IdleTimeout : TimeSpan.FromDays(1);
        _http1 = new ForwarderRequestConfig { ActivityTimeout = silence, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        _http2 = new ForwarderRequestConfig { ActivityTimeout = silence, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    /// <summary>Whether a request is for this forwarder.</summary>
    public bool Takes(GatewayContext context) => _options.Protocol == UpstreamProtocol.Http2 || IsGrpc(context) || IsUpgrade(context);

    /// <summary>Forwards it.</summary>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    /// <exception cref="AnswerBrokenException">The answer broke off, and the client knows.</exception>
    public async ValueTask<AttemptOutcome> SendAsync(GatewayContext context, WeightedTarget chosen)
    {
        var http = new DefaultHttpContext(context.Features);
        var config = _options.Protocol == UpstreamProtocol.Http2 || IsGrpc(context) ? _http2 : _http1;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.Aborted);
        if (_options.Timeout > TimeSpan.Zero) limit.CancelAfter(_options.Timeout);
        var error = await _forwarder.SendAsync(http, $"http://{chosen.Target.Name}", _client, config, new Transformer(context, _options, chosen.IsFar), limit.Token);
        if (error == ForwarderError.None) return default;
        if (context.Aborted.IsCancellationRequested) throw new OperationCanceledException("The client has gone.");
        if (context.HasStarted) throw new AnswerBrokenException();
        var failure = Classify(error, http.Features.Get<IForwarderErrorFeature>()?.Exception, limit.IsCancellationRequested);
        return new AttemptOutcome(failure, WasStale: false, HasTakenBody: failure != UpstreamFailure.Connect && context.MayHaveBody, HasAnswer: failure == UpstreamFailure.Protocol);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>What carries a connection on belongs to the trace of the request it is opened for.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext connecting, IFarInstances far, CancellationToken cancellation)
    {
        var isTraced = connecting.InitialRequestMessage.Options.TryGetValue(Opener, out var span);
        var address = isTraced && IPAddress.TryParse(connecting.DnsEndPoint.Host.Trim('[', ']'), out var ip) ? ip : null;
        var socket = address is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true } : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (address is not null)
            {
                socket.Bind(new IPEndPoint(address, 0));
                far.Announce((IPEndPoint)socket.LocalEndPoint!, span);
            }

            await socket.ConnectAsync(connecting.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static UpstreamFailure Classify(ForwarderError error, Exception? exception, bool isOver) => (error, exception) switch
    {
        _ when isOver => UpstreamFailure.BodyTimeout,
        (ForwarderError.RequestTimedOut, _) => UpstreamFailure.FirstByteTimeout,
        (_, HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }) => UpstreamFailure.Connect,
        (_, HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }) => UpstreamFailure.Closed,
        _ => UpstreamFailure.Protocol,
    };

    private static bool IsGrpc(GatewayContext context) =>
        !context.IsHttp1 && context.RequestHeaders.ContentType is [{ } type] && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);

    /// <summary>Any other protocol, but no other HTTP: an upgrade to that would take the connection's further requests past every pipeline.</summary>
    private static bool IsUpgrade(GatewayContext context)
    {
        if (!context.IsHttp1) return context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
        return context.RequestHeaders.Upgrade is [{ Length: > 0 } protocol] && !protocol.StartsWith("h2c", StringComparison.OrdinalIgnoreCase)
            && !protocol.StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase) && !protocol.StartsWith("TLS/", StringComparison.OrdinalIgnoreCase);
    }

    private sealed class Transformer(GatewayContext context, UpstreamOptions options, bool isFar) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.RequestUri = new Uri(destinationPrefix + context.Target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            var headers = proxyRequest.Headers;
            headers.Host = options.PreserveHost && context.RequestHeaders.Host is [{ Length: > 0 } host] ? host : null;
            // What the client claims about itself stays behind, as on the gateway's own connections.
            foreach (var name in headers.Select(header => header.Key).Where(name => RequestWriter.IsClaim(name) && !context.Vouches(name)).ToArray()) headers.Remove(name);
            var forwarded = context.Forwarded;
            Add(headers, "X-Forwarded-For", forwarded.For);
            Add(headers, "X-Forwarded-Proto", forwarded.Proto);
            Add(headers, "X-Forwarded-Host", forwarded.Host);
            Add(headers, "Forwarded", forwarded.Standard);
            if (isFar && context.Attempt is { } span) proxyRequest.Options.Set(Opener, span.Context);
            // YARP leaves these to a propagator.
            PassOn(headers, HeaderNames.TraceParent);
            PassOn(headers, HeaderNames.TraceState);
            PassOn(headers, HeaderNames.Baggage);
        }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            var pass = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            if (proxyResponse is not null) context.BeginResponse();
            return pass;
        }

        private void PassOn(System.Net.Http.Headers.HttpRequestHeaders headers, string name)
        {
            if (context.RequestHeaders[name] is { Count: > 0 } values && !headers.Contains(name)) headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        private void Add(System.Net.Http.Headers.HttpRequestHeaders headers, string name, string? value)
        {
            if (value is { Length: > 0 } && !context.Vouches(name)) headers.TryAddWithoutValidation(name, value);
        }
    }
}
