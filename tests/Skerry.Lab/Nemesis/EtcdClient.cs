using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

using Google.Protobuf;

using Skerry.Api.Etcd.Wire;
using Skerry.Lab.Fabric;

namespace Skerry.Lab.Nemesis;

/// <summary>A client of the etcd API that an agent has on its own machine: gRPC by hand, one call at a time or many.</summary>
internal sealed class EtcdClient : IDisposable
{
    private const int HeaderLength = 5; // a byte of flags, a length

    private readonly HttpClient _http;

    public EtcdClient(LabHost host)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (call, cancel) =>
            {
                var socket = host.NewSocket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(call.DnsEndPoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri("http://127.0.0.1:2379"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>One message there, one back.</summary>
    /// <param name="method">As in <c>KV/Put</c>.</param>
    /// <param name="request">The message.</param>
    /// <param name="parser">Of the answer.</param>
    /// <param name="patience">How long to wait.</param>
    /// <exception cref="CallFailure">There is no answer, or it is an error.</exception>
    public async Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, TimeSpan patience)
        where T : class, IMessage<T>
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, $"/etcdserverpb.{method}")
            {
                Content = Frame(request),
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await _http.SendAsync(message, limit.Token);
            var body = await response.Content.ReadAsByteArrayAsync(limit.Token);
            var status = Field(response, "grpc-status");
            if (status != "0" || body.Length < HeaderLength) throw new CallFailure($"{status} {Uri.UnescapeDataString(Field(response, "grpc-message"))}", wasSent: true);
            return parser.ParseFrom(body.AsSpan(HeaderLength));
        }
        catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException or IOException)
        {
            // Whoever could not connect has asked for nothing.
            throw new CallFailure(failed.Message, wasSent: failed is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError });
        }
    }

    /// <summary>How the node sees its group.</summary>
    public Task<StatusResponse> StatusAsync() => CallAsync("Maintenance/Status", new StatusRequest(), StatusResponse.Parser, TimeSpan.FromSeconds(2));

    public void Dispose() => _http.Dispose();

    private static ByteArrayContent Frame(IMessage message)
    {
        var frame = new byte[HeaderLength + message.CalculateSize()];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)(frame.Length - HeaderLength));
        message.WriteTo(frame.AsSpan(HeaderLength));
        return new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
    }

    /// <summary>Behind the answer, or before it where it is an error alone.</summary>
    private static string Field(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var behind) ? behind.First() : response.Headers.TryGetValues(name, out var before) ? before.First() : "";
}
