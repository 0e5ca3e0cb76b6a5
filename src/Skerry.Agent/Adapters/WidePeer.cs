using System.Buffers.Binary;
using System.Threading.Channels;

namespace Skerry.Agent.Adapters;

/// <summary>A bridge this node keeps a stream open to, with what waits to be sent on it.</summary>
/// <param name="node">The bridge.</param>
/// <param name="maxWaiting">Messages that may wait; more are lost, and comparison finds what was in them.</param>
internal sealed class WidePeer(string node, int maxWaiting) : IDisposable
{
    private readonly Channel<ReadOnlyMemory<byte>> _waiting = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(maxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
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
    public bool TryPut(ReadOnlyMemory<byte> message) => _isOpen && _waiting.Writer.TryWrite(message);

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
                var framed = new byte[4 + message.Length];
                BinaryPrimitives.WriteInt32BigEndian(framed, message.Length);
                message.CopyTo(framed.AsMemory(4));
                await stream.WriteAsync(framed, cancellation);
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
