using System.Buffers;

using Google.Protobuf;

using Skerry.Manifest.Wire;

namespace Skerry.Manifest.Driver.Group;

/// <summary>
/// Puts messages of many callers on one stream in as few writes as it can: what comes before its turn on the pool, or while it writes, goes out together. Each write costs a call of
/// the system and an encryption, whatever is in it.
/// </summary>
/// <param name="stream">Gives the stream, opened anew where it broke.</param>
/// <param name="failed">Hears that what was to be written is lost, and perhaps what was written before.</param>
/// <param name="stopping">Ends it.</param>
internal sealed class GatheringWriter(Func<CancellationToken, ValueTask<Stream>> stream, Action<Exception> failed, CancellationToken stopping)
{
    /// <summary>Bytes that may wait.</summary>
    private const int MaxWaiting = 64 << 20;

    /// <summary>A buffer that grew beyond this for a burst is let go.</summary>
    private const int MaxKept = 1 << 20;

    private readonly Lock _gate = new();
    private ArrayBufferWriter<byte> _filling = new(4 << 10);
    private ArrayBufferWriter<byte> _writing = new(4 << 10);
    private Task _running = Task.CompletedTask;
    private bool _isRunning;

    /// <summary>Completes when all that was added is written or lost.</summary>
    public Task Idle
    {
        get
        {
            lock (_gate) return _running;
        }
    }

    /// <summary>Puts a message behind the others.</summary>
    /// <exception cref="IOException">Too much waits already.</exception>
    public void Add(IMessage message)
    {
        lock (_gate)
        {
            if (_filling.WrittenCount > MaxWaiting) throw new IOException("The stream does not take what is to be sent.");
            GroupFrames.Write(_filling, message);
            if (_isRunning) return;
            _isRunning = true;
            _running = Task.Run(RunAsync, CancellationToken.None);
        }
    }

    private async Task RunAsync()
    {
        while (TryTakeAll())
        {
            try
            {
                var target = await stream(stopping).ConfigureAwait(false);
                await target.WriteAsync(_writing.WrittenMemory, stopping).ConfigureAwait(false);
            }
            catch (Exception broken)
            {
                failed(broken);
            }
        }
    }

    private bool TryTakeAll()
    {
        lock (_gate)
        {
            if (_writing.Capacity > MaxKept) _writing = new ArrayBufferWriter<byte>(4 << 10);
            _writing.ResetWrittenCount();
            (_filling, _writing) = (_writing, _filling);
            return _isRunning = _writing.WrittenCount > 0;
        }
    }
}
