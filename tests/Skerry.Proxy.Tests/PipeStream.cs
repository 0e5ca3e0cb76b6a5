using System.Buffers;
using System.IO.Pipelines;

namespace Skerry.Proxy.Tests;

/// <summary>One end of a stream between two nodes that needs no network: bounded, so that a slow reader holds its writer back.</summary>
internal sealed class PipeStream : ServiceStream
{
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private PipeStream? _other;
    private bool _aborted, _hasRead, _hasWritten;

    private PipeStream(PipeReader reader, PipeWriter writer)
    {
        _reader = reader;
        _writer = writer;
        Interlocked.Increment(ref s_open);
    }

    private static int s_open;
    private int _closed;

    /// <summary>Ends of any pair that were not disposed or aborted yet.</summary>
    public static int Open => Volatile.Read(ref s_open);

    public override string PathKind => "direct";

    public static (PipeStream Client, PipeStream Service) Pair(int window = 256 * 1024)
    {
        var options = new PipeOptions(pauseWriterThreshold: window, resumeWriterThreshold: window / 2, useSynchronizationContext: false);
        var (there, back) = (new Pipe(options), new Pipe(options));
        var client = new PipeStream(back.Reader, there.Writer);
        var service = new PipeStream(there.Reader, back.Writer) { _other = client };
        client._other = service;
        return (client, service);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_hasRead) return 0;
        var result = await _reader.ReadAsync(cancellationToken);
        if (_aborted || result.IsCanceled) throw new IOException("The stream is broken off.");
        var take = (int)Math.Min(buffer.Length, result.Buffer.Length);
        result.Buffer.Slice(0, take).CopyTo(buffer.Span);
        _reader.AdvanceTo(result.Buffer.GetPosition(take));
        if (take == 0 && result.IsCompleted) _hasRead = true;
        return take;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_aborted) throw new IOException("The stream is broken off.");
        var result = await _writer.WriteAsync(buffer, cancellationToken);
        if (_aborted || result.IsCompleted) throw new IOException("The stream is broken off.");
    }

    public override async ValueTask EndWritingAsync(CancellationToken cancel = default)
    {
        _hasWritten = true;
        await _writer.CompleteAsync();
    }

    public override void Abort()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) Interlocked.Decrement(ref s_open);
        Break();
        _other!.Break();
    }

    protected override void Dispose(bool disposing)
    {
        if (!_hasRead || !_hasWritten) Abort();
        else if (Interlocked.Exchange(ref _closed, 1) == 0) Interlocked.Decrement(ref s_open);
        base.Dispose(disposing);
    }

    private void Break()
    {
        if (_aborted) return;
        _aborted = true;
        _reader.CancelPendingRead();
        _writer.CancelPendingFlush();
    }
}
