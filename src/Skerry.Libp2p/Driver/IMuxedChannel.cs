namespace Skerry.Libp2p.Driver;

/// <summary>
/// A secured channel as a muxer uses it: plain bytes come out as they arrive, messages are laid out by the caller and sealed where they lie. It holds no
/// buffer while it rests. One receiver and one sender at a time.
/// </summary>
internal interface IMuxedChannel : IAsyncDisposable
{
    /// <summary>Room a message needs before its bytes.</summary>
    int HeadLength { get; }

    /// <summary>Room a message needs behind its bytes.</summary>
    int TailLength { get; }

    /// <summary>The longest message, without its head and tail, bytes.</summary>
    int MaxMessage { get; }

    /// <summary>Whether the next receipt waits for nothing.</summary>
    bool HasMore { get; }

    /// <summary>Waits for bytes.</summary>
    /// <returns>What came, good until the next call; empty at the end of the channel.</returns>
    ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancel);

    /// <summary>Lets go of what the last receipt left; none is under way, and none follows.</summary>
    void EndReceiving();

    /// <summary>Says how long the message behind a head is.</summary>
    void WriteHead(Span<byte> head, int length);

    /// <summary>Makes messages that stand one behind the other ready to be sent.</summary>
    void Seal(Span<byte> messages);

    /// <summary>Sends what was sealed.</summary>
    /// <param name="messages">May be overwritten.</param>
    /// <param name="cancel">Gives up; the channel is of no use after that.</param>
    ValueTask SendAsync(Memory<byte> messages, CancellationToken cancel);
}
