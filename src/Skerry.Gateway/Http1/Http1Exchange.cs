using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

using Microsoft.AspNetCore.Http;

namespace Skerry.Gateway.Http1;

/// <summary>
/// One request and its answer over one connection: (1) the head goes out, with the body behind it as it comes; (2) heads of 1xx are skipped; (3) the
/// answer's head goes to the client; (4) its body is passed on as it comes, no faster than the client takes it; (5) the connection is fit for another
/// exchange only if both messages ended where they said they would.
/// </summary>
internal sealed class Http1Exchange(GatewayContext context, UpstreamConnection connection, ExchangeLimits limits, DeadlineWatch watch)
{
    private const int HeadBuffer = 4096;
    private const int BodyChunk = 32 * 1024;
    private const int BodyBatch = 64 * 1024;

    /// <summary>Whether any byte of an answer has come: from then on nothing may be repeated.</summary>
    public bool HasAnswer { get; private set; }

    /// <summary>Whether a byte of the body has been taken from the client: then the request cannot be repeated either.</summary>
    public bool HasTakenBody { get; private set; }

    /// <summary>Runs it. True: the connection may be used again.</summary>
    public async ValueTask<bool> RunAsync(string host, ForwardedHeaders forwarded)
    {
        var hasBody = context.MayHaveBody;
        var isChunked = hasBody && context.RequestHeaders.ContentLength is null;
        Wait(limits.FirstByte);
        var sending = Task.CompletedTask;
        try
        {
            var buffer = ArrayPool<byte>.Shared.Rent(HeadBuffer);
            try
            {
                var length = RequestWriter.Write(context, forwarded, host, isChunked, ref buffer);
                await connection.SendAsync(buffer.AsMemory(0, length));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            if (hasBody) sending = SendBodyAsync(isChunked);
            var head = await ReadHeadAsync(sending);
            var isSound = await PassAnswerAsync(head);
            if (!sending.IsCompletedSuccessfully)
            {
                // The instance answered without reading all: the rest of the body has nowhere to go.
                connection.Close();
                context.RequestBody.CancelPendingRead();
                await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return false;
            }

            connection.Deadline = long.MaxValue;
            return isSound;
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            throw await ExplainAsync(broken, sending);
        }
        finally
        {
            if (!sending.IsCompleted)
            {
                connection.Close();
                context.RequestBody.CancelPendingRead();
                await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<Exception> ExplainAsync(Exception broken, Task sending)
    {
        // When the client broke off its body, the connection was closed for that, not by the instance.
        if (sending.IsFaulted && sending.Exception.InnerException is not SocketException and not ObjectDisposedException) await sending;
        if (connection.IsLate)
            return new UpstreamException(HasAnswer ? UpstreamFailure.BodyTimeout : UpstreamFailure.FirstByteTimeout, HasAnswer ? "the body stood still" : "no answer in time", broken);
        return new UpstreamException(HasAnswer ? UpstreamFailure.Body : UpstreamFailure.Closed, broken.Message, broken);
    }

    private async Task SendBodyAsync(bool isChunked)
    {
        var body = context.RequestBody;
        while (true)
        {
            var read = await body.ReadAsync(context.Aborted);
            var bytes = read.Buffer;
            if (read.IsCanceled) return;
            if (!isChunked && !read.IsCompleted && bytes.Length < BodyBatch)
            {
                // A body whose length is known is nobody's conversation: fewer, larger sends cost less than many small ones.
                body.AdvanceTo(bytes.Start, bytes.End);
                continue;
            }

            if (bytes.Length > 0)
            {
                HasTakenBody = true;
                if (isChunked) await connection.SendAsync(ChunkHeader(bytes.Length));
                await connection.SendAsync(bytes);
                if (isChunked) await connection.SendAsync("\r\n"u8.ToArray());
                if (!HasAnswer) Wait(limits.FirstByte);
            }

            body.AdvanceTo(bytes.End);
            if (read.IsCompleted) break;
        }

        if (isChunked) await connection.SendAsync("0\r\n\r\n"u8.ToArray());
    }

    private static byte[] ChunkHeader(long length) => System.Text.Encoding.ASCII.GetBytes($"{length:x}\r\n");

    /// <summary>The head of the final answer, its headers already with the client's response.</summary>
    private async ValueTask<ResponseHead> ReadHeadAsync(Task sending)
    {
        while (true)
        {
            int end;
            while ((end = ResponseParser.FindEnd(connection.Received)) < 0)
            {
                if (!await connection.FillAsync())
                {
                    // A client that went away in the middle of its body ends the exchange here.
                    if (sending.IsFaulted) await sending;
                    throw HasAnswer
                        ? ResponseParser.Refuse("it ends within its head")
                        : new UpstreamException(UpstreamFailure.Closed, "the instance closed the connection without an answer");
                }

                HasAnswer = true;
            }

            var status = connection.Parser.Parse(connection.Received[..end], null).Status;
            if (status is >= 100 and < 200 && status != 101)
            {
                connection.Take(end);
                continue;
            }

            if (status == 101) throw ResponseParser.Refuse("it switches protocols unasked");
            var head = connection.Parser.Parse(connection.Received[..end], context.ResponseHeaders);
            connection.Take(end);
            return head;
        }
    }

    private async ValueTask<bool> PassAnswerAsync(ResponseHead head)
    {
        context.StatusCode = head.Status;
        var hasNoBody = head.Status is 204 or 304 || HttpMethods.IsHead(context.Method);
        if (head is { IsChunked: false, ContentLength: >= 0 } && head.Status != 204) context.ResponseHeaders.ContentLength = head.ContentLength;
        context.BeginResponse();
        if (hasNoBody)
        {
            await context.ResponseBody.StartAsync(context.Aborted);
            return head.KeepAlive && connection.Received.IsEmpty;
        }

        if (head.IsChunked)
        {
            await PassChunksAsync();
            return head.KeepAlive && connection.Received.IsEmpty;
        }

        if (head.ContentLength < 0)
        {
            await PassUntilClosedAsync();
            return false;
        }

        if (head.ContentLength == 0) await context.ResponseBody.StartAsync(context.Aborted);
        else await PassBytesAsync(head.ContentLength);
        return head.KeepAlive && connection.Received.IsEmpty;
    }

    private async ValueTask PassBytesAsync(long left)
    {
        var writer = context.ResponseBody.Writer;
        if (!connection.Received.IsEmpty)
        {
            var first = (int)Math.Min(left, connection.Received.Length);
            await WriteAsync(writer, connection.ReceivedMemory[..first]);
            connection.Take(first);
            left -= first;
        }

        while (left > 0)
        {
            Wait(limits.Idle);
            var memory = writer.GetMemory((int)Math.Min(left, BodyChunk));
            if (memory.Length > left) memory = memory[..(int)left];
            var read = await connection.ReceiveAsync(memory);
            if (read == 0) throw new UpstreamException(UpstreamFailure.Body, $"the answer's body ends {left} bytes early");
            writer.Advance(read);
            left -= read;
            await FlushAsync(writer);
        }
    }

    private async ValueTask PassUntilClosedAsync()
    {
        var writer = context.ResponseBody.Writer;
        await context.ResponseBody.StartAsync(context.Aborted);
        do
        {
            await WriteAsync(writer, connection.ReceivedMemory);
            connection.Take(connection.Received.Length);
            Wait(limits.Idle);
        }
        while (await connection.FillAsync());
    }

    private async ValueTask PassChunksAsync()
    {
        var writer = context.ResponseBody.Writer;
        var decoder = new ChunkDecoder();
        while (true)
        {
            var (consumed, hasData) = decoder.Advance(connection.Received, writer);
            connection.Take(consumed);
            if (decoder.IsDone) break;
            if (hasData || !context.HasStarted) await FlushAsync(writer);
            Wait(limits.Idle);
            if (!await connection.FillAsync()) throw new UpstreamException(UpstreamFailure.Body, "the answer's body ends within its chunks");
        }

        await FlushAsync(writer);
    }

    private ValueTask WriteAsync(PipeWriter writer, ReadOnlyMemory<byte> bytes)
    {
        // A slow client is not the instance's fault: its clock stands still meanwhile.
        connection.Deadline = limits.End;
        return CheckAsync(writer.WriteAsync(bytes, context.Aborted));
    }

    private ValueTask FlushAsync(PipeWriter writer)
    {
        connection.Deadline = limits.End;
        return CheckAsync(writer.FlushAsync(context.Aborted));
    }

    private async ValueTask CheckAsync(ValueTask<FlushResult> flushing)
    {
        var flushed = await flushing;
        if (flushed.IsCompleted || flushed.IsCanceled) throw new OperationCanceledException(context.Aborted);
    }

    private void Wait(long milliseconds) => connection.Deadline = milliseconds == long.MaxValue ? limits.End : Math.Min(watch.Now + milliseconds, limits.End);
}
