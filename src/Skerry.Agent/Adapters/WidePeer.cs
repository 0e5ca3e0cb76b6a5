using System.Threading.Channels;

namespace Skerry.Agent.Adapters;

/// <summary>A bridge this node keeps a stream open to, with what waits to be sent on it.</summary>
/// <param name="node">The bridge.</param>
/// <param name="maxWaiting">Messages that may wait; more are lost, and comparison finds what was in them.</param>
internal sealed class WidePeer(string node, int maxWaiting) : IDisposable
{
    /// <summary>Bytes that may wait; more are lost like messages beyond their number.</summary>
    internal const int MaxWaitingBytes = 32 << 20;

    private readonly Channel<ReadOnlyMemory<byte>> _waiting = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(maxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private long _bytes;
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isOpen;

    public string Node => node;

    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Whether the stream is there.</summary>
    public bool IsOpen
    {
        get => _isOpen;
        set => _isOpen = value;
    }

    /// <returns>False when it is not connected, or too much waits already.</returns>
    public bool TryPut(ReadOnlyMemory<byte> message)
    {
        if (!_isOpen) return false;
        // One is always taken, however long: else it would never go out.
        var waiting = Interlocked.Add(ref _bytes, message.Length);
        if ((waiting == message.Length || waiting <= MaxWaitingBytes) && _waiting.Writer.TryWrite(message)) return true;
        Interlocked.Add(ref _bytes, -message.Length);
        return false;
    }

    /// <summary>Sends what waits, until the stream breaks.</summary>
    public async Task SendAllAsync(Stream stream, CancellationToken cancellation)
    {
        // The other side says nothing on this stream: an end or an error is all that can be read.
        var ended = stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellation).AsTask();
        while (true)
        {
            var more = _waiting.Reader.WaitToReadAsync(cancellation).AsTask();
            if (await Task.WhenAny(more, ended) == ended)
            {
                await ended;
                return;
            }

            while (await more && _waiting.Reader.TryRead(out var message))
            {
                try
                {
                    await stream.WriteAsync(WideFrame.Of(message), cancellation);
                }
                finally
                {
                    Interlocked.Add(ref _bytes, -message.Length);
                }
            }
        }
    }

    /// <summary>Waits before the next attempt, unless it is woken.</summary>
    public async Task PauseAsync(TimeSpan pause, TimeProvider time, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(Task.Delay(pause, time, ended.Token), _woken.Task);
        await ended.CancelAsync();
        Interlocked.Exchange(ref _woken, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    /// <summary>Tries again at once.</summary>
    public void Wake() => Volatile.Read(ref _woken).TrySetResult();

    public void Stop() => _stopping.Cancel();

    public void Dispose() => _stopping.Dispose();
}
