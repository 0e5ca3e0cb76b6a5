using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>A place in a <see cref="HandshakeQueue"/>, until it is disposed.</summary>
internal sealed class Handshake : IDisposable
{
    private readonly HandshakeQueue _queue;
    private readonly CancellationTokenSource _cut;

    public Handshake(HandshakeQueue queue, Instant begun, CancellationToken cancel)
    {
        _queue = queue;
        _cut = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Begun = begun;
        Place = new LinkedListNode<Handshake>(this);
    }

    public Instant Begun { get; }

    public LinkedListNode<Handshake> Place { get; }

    /// <summary>Cancelled when somebody else needs the place more.</summary>
    public CancellationToken Token => _cut.Token;

    public void Cut()
    {
        try
        {
            _cut.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just been done with.
        }
    }

    public void Dispose()
    {
        _queue.End(this);
        _cut.Dispose();
    }
}
