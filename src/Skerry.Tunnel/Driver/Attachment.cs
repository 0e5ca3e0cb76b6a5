using Skerry.Libp2p;

namespace Skerry.Tunnel.Driver;

/// <summary>The path a session rides at this moment.</summary>
/// <param name="stream">Carries its frames.</param>
/// <param name="connection">What the stream runs over.</param>
internal sealed class Attachment(Libp2pStream stream, PeerConnection connection)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Libp2pStream Stream => stream;

    public PeerConnection Connection => connection;

    public PathKind Kind => connection.Address.IsCircuit ? PathKind.Relayed : PathKind.Direct;

    /// <summary>Ends when the session has left this path, or ended on it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The session rides it no more; what was under way is lost.</summary>
    public void Break()
    {
        stream.Abort();
        _ended.TrySetResult();
    }

    /// <summary>The session has ended on it in good order.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await stream.EndWritingAsync().ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or Libp2pException)
        {
            // Gone already: there is nothing left to say on it.
        }

        _ended.TrySetResult();
    }
}
