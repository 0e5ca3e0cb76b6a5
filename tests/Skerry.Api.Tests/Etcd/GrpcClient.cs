using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;

using Google.Protobuf;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Api.Etcd;
using Skerry.Manifest;
using Skerry.Manifest.Tests;

namespace Skerry.Api.Tests.Etcd;

/// <summary>Skerry's etcd API before a log of one, and a client that speaks gRPC by hand, well or badly.</summary>
internal sealed class GrpcClient : IAsyncDisposable
{
    private readonly EtcdServer _server;
    private readonly HttpClient _client;

    private GrpcClient(EtcdServer server, ManifestNode node, LogOfOne log)
    {
        (_server, Node, Log) = (server, node, log);
        _client = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
        {
            BaseAddress = new Uri($"http://{server.LocalAddress}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public ManifestNode Node { get; }

    public LogOfOne Log { get; }

    public HttpClient Http => _client;

    public static async Task<GrpcClient> StartAsync(ManifestOptions? options = null)
    {
        var node = new ManifestNode(options ?? new ManifestOptions(), TimeProvider.System, new NoMeters(), NullLoggerFactory.Instance);
        var log = new LogOfOne(node);
        node.Start(log);
        var server = new EtcdServer(new EtcdOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) }, node, log, NullLoggerFactory.Instance);
        await server.StartAsync(CancellationToken.None);
        return new GrpcClient(server, node, log);
    }

    public static byte[] Frame(ReadOnlySpan<byte> message, byte compressed = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = compressed;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    /// <summary>A call with one message each way.</summary>
    public async Task<(T? Message, string Status, string Text)> CallAsync<T>(string method, IMessage request, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var (body, status, text) = await SendAsync(method, Frame(request.ToByteArray()));
        return (body.Length >= 5 ? parser.ParseFrom(body.AsSpan(5)) : null, status, text);
    }

    public async Task<(byte[] Body, string Status, string Text)> SendAsync(string method, byte[] bytes, params (string Name, string Value)[] headers)
    {
        using var response = await _client.SendAsync(Request(method, new ByteArrayContent(bytes), headers));
        var body = await response.Content.ReadAsByteArrayAsync();
        return (body, Status(response, "grpc-status"), Uri.UnescapeDataString(Status(response, "grpc-message")));
    }

    /// <summary>A stream of messages each way.</summary>
    public async Task<GrpcDuplex> OpenAsync(string method, params (string Name, string Value)[] headers)
    {
        var content = new DuplexContent();
        var answer = _client.SendAsync(Request(method, content, headers), HttpCompletionOption.ResponseHeadersRead);
        return new GrpcDuplex(await content.Opened, content.Close, answer);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await Node.DisposeAsync();
    }

    public static string Status(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailers) ? trailers.First() : response.Headers.TryGetValues(name, out var headers) ? headers.First() : "";

    private static HttpRequestMessage Request(string method, HttpContent content, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, method.StartsWith('/') ? method : $"/etcdserverpb.{method}")
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return request;
    }

    private sealed class DuplexContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Stream> Opened => _opened.Task;

        public void Close() => _closed.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            _opened.TrySetResult(stream);
            await _closed.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
