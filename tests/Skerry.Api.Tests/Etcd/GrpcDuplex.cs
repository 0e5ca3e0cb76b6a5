using System.Buffers.Binary;

using Google.Protobuf;

namespace Skerry.Api.Tests.Etcd;

/// <summary>The client's side of a call that goes on.</summary>
internal sealed class GrpcDuplex(Stream output, Action close, Task<HttpResponseMessage> answer) : IDisposable
{
    private Stream? _input;

    public async Task SayAsync(IMessage message)
    {
        await output.WriteAsync(GrpcClient.Frame(message.ToByteArray()));
        await output.FlushAsync();
    }

    /// <summary>The next message; null at the end.</summary>
    public async Task<T?> NextAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        _input ??= await (await answer.WaitAsync(limit.Token)).Content.ReadAsStreamAsync(limit.Token);
        var header = new byte[5];
        if (await _input.ReadAtLeastAsync(header, 5, throwOnEndOfStream: false, limit.Token) < 5) return null;
        var body = new byte[BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1))];
        await _input.ReadExactlyAsync(body, limit.Token);
        return parser.ParseFrom(body);
    }

    /// <summary>Says no more; the status the call ends with.</summary>
    public async Task<string> EndAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        close();
        while (await NextAsync(parser) is not null)
        {
            // What was still on its way.
        }

        return GrpcClient.Status(await answer, "grpc-status");
    }

    public void Dispose()
    {
        close();
        if (answer.IsCompletedSuccessfully) answer.Result.Dispose();
    }
}
