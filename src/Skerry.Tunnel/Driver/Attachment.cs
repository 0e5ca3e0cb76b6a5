using Skerry.Libp2p;

namespace Skerry.Tunnel.Driver;

/// <summary>The path a session rides at this moment.</summary>
/// <param name="stream">Carries its frames.</param>
/// <param name="connection">What the stream runs over.</param>
internal sealed class Attachment(Libp2pStream stream, PeerConnection connection)
{
    /// <summary>The other side hears within this that the session was broken off; otherwise its path is as good as dead.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Libp2pStream Stream => stream;

    public PeerConnection Connection => connection;

    public PathKind Kind => connection.Address.IsCircuit ? PathKind.Relayed : PathKind.Direct;

    /// <summary>Ends when the session has left this path, or ended on it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Nothing more comes on it.</summary>
    public void SetRead() => _read.TrySetResult();

    /// <summary>The session rides it no more; what was under way is lost.</summary>
    public void Break()
    {
        stream.Abort();
        _ended.TrySetResult();
    }

    /// <summary>The session has ended on it in good order.</summary>
    public async Task CloseAsync()
    {
        await SayEndAsync().ConfigureAwait(false);
        _ended.TrySetResult();
    }

    /// <summary>The session was broken off, and the other side told so. A stream that is broken off takes along what was not read yet: it stands until the other side has read.</summary>
    public async Task CloseWhenReadAsync()
    {
        await SayEndAsync().ConfigureAwait(false);
        await _read.Task.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Break();
    }

    private async Task SayEndAsync()
    {
        try
        {
            await stream.EndWritingAsync().ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or Libp2pException)
        {
            // Gone already: there is nothing left to say on it.
        }
    }
}
