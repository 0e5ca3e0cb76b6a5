using System.Buffers;
using System.IO.Pipelines;

using Skerry.Primitives;

namespace Skerry.Tunnel.Driver;

/// <summary>What has come and nobody has read. Bounded by the window the other side was given, so that nothing has to pause. One reader; who writes holds a lock.</summary>
internal sealed class UnreadBytes
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 16 << 10, useSynchronizationContext: false));
    private bool _isComplete;
    private bool _hasReadAll;

    /// <summary>Adds bytes, unless nothing more is taken.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_isComplete) return;
        _pipe.Writer.Write(bytes);
        // Nobody pauses this pipe, so that it is done at once.
        var flush = _pipe.Writer.FlushAsync();
        Invariant.That(flush.IsCompleted);
    }

    /// <summary>Nothing more comes.</summary>
    /// <param name="cause">What the reader is told; null: that it was all.</param>
    public void Complete(Exception? cause)
    {
        if (!_isComplete) _pipe.Writer.Complete(cause);
        _isComplete = true;
    }

    /// <summary>Reads what is there, or waits for it; an empty buffer waits and reads nothing: who is idle holds no memory.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        if (_hasReadAll) return 0;
        var result = await _pipe.Reader.ReadAsync(cancel).ConfigureAwait(false);
        var count = (int)Math.Min(buffer.Length, result.Buffer.Length);
        result.Buffer.Slice(0, count).CopyTo(buffer.Span);
        _pipe.Reader.AdvanceTo(result.Buffer.GetPosition(count));
        if (result.Buffer.IsEmpty && result.IsCompleted) _hasReadAll = true;
        return count;
    }
}
