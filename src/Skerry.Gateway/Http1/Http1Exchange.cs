using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

using Microsoft.AspNetCore.Http;

using Skerry.Gateway.Transport;

namespace Skerry.Gateway.Http1;

/// <summary>
/// Requests and their answers over one connection, one after the other: (1) the head goes out, with the body behind it as it comes; (2) heads of 1xx are skipped;
/// (3) the answer's head goes to the client; (4) its body is passed on as it comes, no faster than the client takes it; (5) the connection is fit for another exchange
/// only if both messages ended where they said they would, and nothing came after them.
/// </summary>
internal sealed class Http1Exchange(UpstreamConnection connection, DeadlineWatch watch)
{
    private const int HeadBuffer = 4096;

    private GatewayContext _context = null!;
    private ExchangeTerms _terms = null!;
    private long _end;
    private Exception? _brokenBody;
    private bool _isAwaitingBody;

    /// <summary>Whether any byte of an answer has come: from then on nothing may be repeated.</summary>
    public bool HasAnswer { get; private set; }

    /// <summary>Whether part of the body is gone that another attempt would need.</summary>
    public bool HasTakenBody { get; private set; }

    /// <summary>Runs one. True: the connection may be used again.</summary>
    /// <param name="context">The request.</param>
    /// <param name="terms">How the upstream wants it.</param>
    /// <param name="instance">The instance's name, for a Host header that is not the client's.</param>
    /// <param name="end">When all must be over, by the watch.</param>
    /// <exception cref="UpstreamException">The instance failed.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    /// <exception cref="BadRequestException">The request cannot be forwarded.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> RunAsync(GatewayContext context, ExchangeTerms terms, string instance, long end)
    {
        (_context, _terms, _end) = (context, terms, end);
        HasAnswer = HasTakenBody = _isAwaitingBody = false;
        _brokenBody = null;
        connection.Begin(context.ClientSocket);
        Wait(terms.FirstByte);
        // A client on HTTP/2 can end one request without its connection: that is told by a token alone.
        using var gone = context.ClientSocket is null ? context.Aborted.UnsafeRegister(static state => ((UpstreamConnection)state!).Abandon(), connection) : default;
        var sending = Task.CompletedTask;
        try
        {
            var hasBody = context.MayHaveBody;
            var isChunked = hasBody && (context.RequestHeaders.ContentLength is null || context.RequestHeaders.TransferEncoding.Count > 0);
            await SendHeadAsync(instance, isChunked);
            if (hasBody) sending = new RequestBody(context, connection, this).SendAsync(isChunked);
            var head = await ReadHeadAsync();
            var isFit = await PassAnswerAsync(head);
            // An instance may answer without reading all of the request: then the rest of it has nowhere to go.
            if (!sending.IsCompletedSuccessfully) return false;
            if (isFit) connection.End();
            return isFit;
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            throw Explain(broken);
        }
        finally
        {
            if (!sending.IsCompleted) await StopSendingAsync(sending);
            _context = null!;
        }
    }

    /// <summary>Called when the next piece of the request's body is the client's to send.</summary>
    public void OnBodyAwaited()
    {
        if (HasAnswer) return;
        _isAwaitingBody = true;
        Wait(_terms.Idle);
    }

    /// <summary>Called when the client's side of the body fails, before the connection is cut for it.</summary>
    public void OnBodyBroken(Exception broken) => _brokenBody = broken;

    /// <summary>Called when a piece of the request's body goes out, and when it has.</summary>
    public void OnBodySent(bool isRepeatable)
    {
        _isAwaitingBody = false;
        if (!isRepeatable) HasTakenBody = true;
        if (!HasAnswer) Wait(_terms.FirstByte);
    }

    private ValueTask SendHeadAsync(string instance, bool isChunked)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(HeadBuffer);
        try
        {
            var host = _terms.PreserveHost && _context.RequestHeaders.Host is [{ Length: > 0 } name] ? name : instance;
            var length = RequestWriter.Write(_context, host, isChunked, ref buffer);
            var sent = connection.SendNow(buffer.AsSpan(0, length));
            // A head that a fresh or idle connection has no room for is rare enough for a copy.
            return sent == length ? default : connection.SendAsync(buffer.AsSpan(sent, length - sent).ToArray());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask StopSendingAsync(Task sending)
    {
        connection.Cut();
        _context.RequestBody.CancelPendingRead();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Whose fault it is that the connection ended.</summary>
    private Exception Explain(Exception broken)
    {
        if (connection.IsAbandoned) return new OperationCanceledException("The client has gone.", broken);
        if (_brokenBody is { } body) return body;
        if (connection.IsLate && _isAwaitingBody) return new BadHttpRequestException("The request's body stood still.", StatusCodes.Status408RequestTimeout, broken);
        if (connection.IsLate)
            return new UpstreamException(HasAnswer ? UpstreamFailure.BodyTimeout : UpstreamFailure.FirstByteTimeout, HasAnswer ? "the body stood still" : "no answer in time", broken);
        return new UpstreamException(HasAnswer ? UpstreamFailure.Body : UpstreamFailure.Closed, broken.Message, broken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ResponseHead> ReadHeadAsync()
    {
        while (true)
        {
            int end;
            while ((end = ResponseParser.FindEnd(connection.Received)) < 0)
            {
                if (await connection.FillAsync() == 0) throw Ended();
                HasAnswer = true;
            }

            if (ResponseParser.IsInterim(connection.Received))
            {
                var interim = connection.Parser.Parse(connection.Received[..end], null);
                if (interim.Status == 101) throw ResponseParser.Refuse("it switches protocols unasked");
                connection.Take(end);
                continue;
            }

            var head = connection.Parser.Parse(connection.Received[..end], _context.ResponseHeaders);
            connection.Take(end);
            return head;
        }
    }

    /// <summary>What it means that the instance has ended its side.</summary>
    private Exception Ended()
    {
        // What is shut down here reads like an end.
        if (connection.IsEndedByUs) return new SocketException((int)SocketError.Shutdown);
        return new UpstreamException(HasAnswer ? UpstreamFailure.Body : UpstreamFailure.Closed, HasAnswer ? "the answer ends too early" : "closed without an answer");
    }

    private ValueTask<bool> PassAnswerAsync(ResponseHead head)
    {
        _context.StatusCode = head.Status;
        var hasNoBody = head.Status is 204 or 304 || HttpMethods.IsHead(_context.Method);
        // 205 allows no body to pass; one that comes anyway is left behind with the connection.
        var isLeft = head.Status == 205 && !hasNoBody && (head.IsChunked || head.ContentLength != 0);
        if (head is { IsChunked: false, ContentLength: >= 0 } && head.Status is not 204 and not 205) _context.ResponseHeaders.ContentLength = head.ContentLength;
        _context.BeginResponse();
        var starting = _context.ResponseBody.StartAsync();
        if (!starting.IsCompletedSuccessfully) return PassBodyLaterAsync(starting, head, hasNoBody || isLeft, isLeft);
        return hasNoBody || isLeft ? new ValueTask<bool>(IsFit(head) && !isLeft) : PassBodyAsync(head);
    }

    private async ValueTask<bool> PassBodyLaterAsync(Task starting, ResponseHead head, bool isSkipped, bool isLeft)
    {
        await starting;
        return isSkipped ? IsFit(head) && !isLeft : await PassBodyAsync(head);
    }

    private ValueTask<bool> PassBodyAsync(ResponseHead head)
    {
        if (head.IsChunked) return PassChunksAsync(head);
        if (head.ContentLength < 0) return PassUntilClosedAsync();
        if (connection.Received.Length < head.ContentLength) return PassBytesAsync(head);
        // All of it is here: it goes out with the head, when the request ends.
        if (head.ContentLength > 0) CopyReceived(_context.ResponseBody.Writer, (int)head.ContentLength);
        return new ValueTask<bool>(IsFit(head));
    }

    private bool IsFit(ResponseHead head) => head.KeepAlive && connection.Received.IsEmpty;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> PassBytesAsync(ResponseHead head)
    {
        const int most = 64 * 1024;
        var writer = _context.ResponseBody.Writer;
        var turn = new Turn();
        var left = head.ContentLength - connection.Received.Length;
        if (!connection.Received.IsEmpty) CopyReceived(writer, connection.Received.Length);
        while (left > 0)
        {
            var read = connection.ReceiveNow(writer.GetSpan((int)Math.Min(left, most)), left);
            if (read < 0)
            {
                // What has come so far does not wait for what has not.
                await FlushAsync(writer);
                Wait(_terms.Idle);
                var memory = writer.GetMemory((int)Math.Min(left, most));
                read = await connection.ReceiveAsync(memory.Length > left ? memory[..(int)left] : memory);
            }

            if (read == 0) throw Ended();
            writer.Advance(read);
            left -= read;
            // The last piece too: Kestrel flushes at the end only what has not begun to go out.
            await FlushAsync(writer);
            if (turn.IsOverAfter(read)) await Task.Yield();
        }

        return IsFit(head);
    }

    private async ValueTask<bool> PassUntilClosedAsync()
    {
        var writer = _context.ResponseBody.Writer;
        var turn = new Turn();
        do
        {
            if (turn.IsOverAfter(connection.Received.Length)) await Task.Yield();
            if (!connection.Received.IsEmpty) CopyReceived(writer, connection.Received.Length);
            await FlushAsync(writer);
            Wait(_terms.Idle);
        }
        while (await connection.FillAsync() > 0);
        if (connection.IsEndedByUs) throw Ended();
        return false;
    }

    private async ValueTask<bool> PassChunksAsync(ResponseHead head)
    {
        var writer = _context.ResponseBody.Writer;
        var decoder = new ChunkDecoder();
        var isFlushed = false;
        var turn = new Turn();
        while (true)
        {
            if (turn.IsOverAfter(connection.Received.Length)) await Task.Yield();
            var (consumed, hasData) = decoder.Advance(connection.Received, writer, _context.ResponseTrailers);
            connection.Take(consumed);
            if (decoder.IsDone && !isFlushed) return IsFit(head); // all of it goes out at once, when the request ends
            if (hasData || !isFlushed) await FlushAsync(writer);
            if (decoder.IsDone) return IsFit(head);
            isFlushed = true;
            Wait(_terms.Idle);
            if (await connection.FillAsync() == 0) throw Ended();
        }
    }

    private void CopyReceived(PipeWriter writer, int count)
    {
        connection.Received[..count].CopyTo(writer.GetSpan(count));
        writer.Advance(count);
        connection.Take(count);
    }

    private ValueTask FlushAsync(PipeWriter writer)
    {
        // A slow client is not the instance's fault: its clock stands still meanwhile.
        connection.Deadline = _end;
        var flushing = writer.FlushAsync();
        if (!flushing.IsCompletedSuccessfully) return CheckAsync(flushing);
        Check(flushing.Result);
        return default;
    }

    private static async ValueTask CheckAsync(ValueTask<FlushResult> flushing) => Check(await flushing);

    private static void Check(FlushResult flushed)
    {
        if (flushed.IsCompleted || flushed.IsCanceled) throw new OperationCanceledException("The client has gone.");
    }

    private void Wait(long milliseconds) => connection.Deadline = Math.Min(watch.In(milliseconds), _end);
}
