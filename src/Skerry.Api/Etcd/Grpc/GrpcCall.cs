using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

using Google.Protobuf;

using Microsoft.AspNetCore.Http;

namespace Skerry.Api.Etcd.Grpc;

/// <summary>
/// A gRPC call on one HTTP/2 stream. A message is framed by a byte that says whether it is compressed (here never) and its length in four bytes, the high one first.
/// </summary>
internal sealed class GrpcCall(HttpContext http, CancellationToken cancellation)
{
    /// <summary>etcd takes in half a megabyte more than it lets through, so that what is a little too large is refused by name.</summary>
    private const int MaxMessage = Manifest.ManifestLimits.MaxRequestBytes + (512 * 1024);

    private const int FrameHeader = 5;

    private readonly PipeReader _input = http.Request.BodyReader;
    private readonly PipeWriter _output = http.Response.BodyWriter;

    /// <summary>Ends when the client is gone, its deadline has passed or the server stops.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>What the client said beside its messages.</summary>
    public string? Metadata(string name) => http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>A handler of calls with one message each way.</summary>
    public static GrpcHandler Unary<TRequest, TResponse>(MessageParser<TRequest> parser, Func<TRequest, CancellationToken, ValueTask<GrpcReply<TResponse>>> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage => async call =>
    {
        var request = await call.ReadAsync(parser);
        if (!request.Fault.IsOk) return request.Fault;
        if (request.Message is null) return new GrpcFault(GrpcStatus.Internal, "the call brought no message");
        var reply = await answer(request.Message, call.Cancellation);
        if (reply.Message is { } message) call.Write(message);
        return reply.Fault;
    };

    /// <summary>The next message; neither message nor fault after the last.</summary>
    public async ValueTask<GrpcReply<T>> ReadAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var read = await _input.ReadAsync(cancellation);
            var buffer = read.Buffer;
            if (buffer.Length >= FrameHeader)
            {
                var (fault, length) = ReadHeader(buffer);
                if (!fault.IsOk) return fault;
                if (buffer.Length >= FrameHeader + length)
                {
                    var reply = Parse(parser, buffer.Slice(FrameHeader, length));
                    _input.AdvanceTo(buffer.GetPosition(FrameHeader + length));
                    return reply;
                }
            }

            if (read.IsCompleted) return buffer.IsEmpty ? default : new GrpcFault(GrpcStatus.Internal, "the last message is cut off");
            _input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Puts a message into the answer, to be sent with the next <see cref="FlushAsync"/> or at the end.</summary>
    public void Write(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = _output.GetSpan(FrameHeader + size);
        frame[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(frame[1..], (uint)size);
        message.WriteTo(frame.Slice(FrameHeader, size));
        _output.Advance(FrameHeader + size);
    }

    /// <summary>Sends what was written; waits for a client that does not read.</summary>
    public async ValueTask FlushAsync()
    {
        var flushed = await _output.FlushAsync(cancellation);
        if (flushed.IsCompleted) throw new OperationCanceledException("The client has gone.");
    }

    private static (GrpcFault Fault, int Length) ReadHeader(ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[FrameHeader];
        buffer.Slice(0, FrameHeader).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (header[0] != 0) return (new GrpcFault(GrpcStatus.Unimplemented, "compressed messages are not taken"), 0);
        if (length > MaxMessage) return (new GrpcFault(GrpcStatus.ResourceExhausted, $"grpc: received message larger than max ({length} vs. {MaxMessage})"), 0);
        return (default, (int)length);
    }

    private static GrpcReply<T> Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> bytes)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException damaged)
        {
            return new GrpcFault(GrpcStatus.Internal, $"grpc: error unmarshalling request: {damaged.Message}");
        }
    }
}
