using System.Buffers;
using System.IO.Pipelines;

using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>A snapshot, piece by piece: written on a thread of its own that waits while two pieces have not been taken.</summary>
internal sealed class SnapshotPieces : IAsyncDisposable
{
    private readonly Pipe _pipe;
    private readonly Task _writing;
    private readonly int _size;
    private readonly CancellationToken _cancellation;

    public SnapshotPieces(ManifestSnapshot snapshot, int size, CancellationToken cancellation)
    {
        _size = size;
        _cancellation = cancellation;
        _pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 2 * size, resumeWriterThreshold: size));
        _writing = Task.Factory.StartNew(() => Write(snapshot), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The next piece; empty at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> NextAsync()
    {
        var read = await _pipe.Reader.ReadAtLeastAsync(_size, _cancellation);
        var piece = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, _size)).ToArray();
        _pipe.Reader.AdvanceTo(read.Buffer.GetPosition(piece.Length));
        return piece;
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.Reader.CompleteAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Write(ManifestSnapshot snapshot)
    {
        try
        {
            using var target = _pipe.Writer.AsStream(leaveOpen: true);
            snapshot.WriteTo(target);
            _pipe.Writer.Complete();
        }
        catch (Exception broken)
        {
            _pipe.Writer.Complete(broken);
        }
    }
}
