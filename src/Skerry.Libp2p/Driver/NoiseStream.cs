using System.Buffers.Binary;

using Skerry.Libp2p.Core.Noise;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// A channel behind a Noise handshake: messages of up to 65535 bytes, each with its length in two bytes before it. They are encrypted and decrypted where
/// they lie. One reader and one writer at a time.
/// </summary>
/// <param name="inner">What carries it.</param>
/// <param name="send">Encrypts.</param>
/// <param name="receive">Decrypts.</param>
/// <param name="account">Whose buffers it uses.</param>
internal sealed class NoiseStream(Stream inner, CipherState send, CipherState receive, PeerAccount account) : AsyncStream, IMuxedChannel
{
    private const int MessageHead = 2;
    private const int MinBuffer = 4 << 10;

    /// <summary>What one call of the system fetches at most: two full messages, about.</summary>
    private const int MaxBuffer = 128 << 10;

    private byte[]? _received;
    private int _start;
    private int _end;
    private int _wanted = MinBuffer;
    private ReadOnlyMemory<byte> _plain;

    public bool HasMore => !_plain.IsEmpty || NextMessage() > CipherState.TagLength;

    public int HeadLength => MessageHead;

    public int TailLength => CipherState.TagLength;

    public int MaxMessage => NoiseHandshake.MaxMessage - CipherState.TagLength;

    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancel)
    {
        if (!_plain.IsEmpty)
        {
            // What came along with the last word before the muxer.
            var rest = _plain;
            _plain = default;
            return rest;
        }

        while (true)
        {
            var length = NextMessage();
            if (length < 0)
            {
                if (await FetchAsync(cancel).ConfigureAwait(false)) continue;
                return default;
            }

            var message = _received.AsMemory(_start + MessageHead, length);
            _start += MessageHead + length;
            var plain = message[..^CipherState.TagLength];
            if (!receive.TryDecrypt(message.Span, plain.Span)) throw new Libp2pException("What arrives on the encrypted channel was not made by the peer.");
            if (!plain.IsEmpty) return plain;
        }
    }

    public void EndReceiving()
    {
        _plain = default;
        if (_received is not { } buffer) return;
        _received = null;
        account.Return(buffer);
    }

    public void WriteHead(Span<byte> head, int length) => BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)(length + CipherState.TagLength));

    public void Seal(Span<byte> messages)
    {
        while (!messages.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(messages);
            var message = messages.Slice(MessageHead, length);
            send.Encrypt(message[..^CipherState.TagLength], message);
            messages = messages[(MessageHead + length)..];
        }
    }

    public ValueTask SendAsync(Memory<byte> messages, CancellationToken cancel) => inner.WriteAsync(messages, cancel);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_plain.IsEmpty) _plain = await ReceiveAsync(cancellationToken).ConfigureAwait(false);
        var count = Math.Min(buffer.Length, _plain.Length);
        _plain[..count].CopyTo(buffer);
        _plain = _plain[count..];
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var room = account.Rent(Math.Min(buffer.Length, MaxMessage) + MessageHead + CipherState.TagLength);
        try
        {
            while (!buffer.IsEmpty)
            {
                var plain = buffer[..Math.Min(buffer.Length, MaxMessage)];
                var message = room.AsMemory(0, MessageHead + plain.Length + CipherState.TagLength);
                WriteHead(message.Span, plain.Length);
                plain.CopyTo(message[MessageHead..]);
                Seal(message.Span);
                await inner.WriteAsync(message, cancellationToken).ConfigureAwait(false);
                buffer = buffer[plain.Length..];
            }
        }
        finally
        {
            account.Return(room);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        EndReceiving();
        send.Dispose();
        receive.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The length of the message that stands at the start, with its tag; -1 when it is not all there.</summary>
    private int NextMessage()
    {
        if (_end - _start < MessageHead) return -1;
        var length = BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(_start));
        if (length < CipherState.TagLength) throw new Libp2pException("The peer sends an encrypted message too short to be one.");
        return _end - _start < MessageHead + length ? -1 : length;
    }

    /// <summary>Waits for more, with no buffer while nothing of a message is there.</summary>
    /// <returns>False when the channel has ended between two messages.</returns>
    private async ValueTask<bool> FetchAsync(CancellationToken cancel)
    {
        var available = _end - _start;
        if (available == 0)
        {
            EndReceiving();
            (_start, _end) = (0, 0);
            await inner.ReadAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
            _received = account.Rent(_wanted);
        }
        else
        {
            MakeRoom(available);
        }

        var room = _received.AsMemory(_end);
        var read = await inner.ReadAsync(room, cancel).ConfigureAwait(false);
        if (read == 0) return available == 0 ? false : throw new Libp2pException("The peer ended the connection in the middle of a message.");
        _end += read;
        // As much as comes at once next time, without a large buffer for a small message.
        if (read == room.Length) _wanted = Math.Min(2 * _received!.Length, MaxBuffer);
        else if (_end < _wanted / 4) _wanted = Math.Max(_wanted / 2, MinBuffer);
        return true;
    }

    private void MakeRoom(int available)
    {
        var needed = available < MessageHead ? MessageHead : MessageHead + BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(_start));
        if (_received!.Length >= Math.Max(needed, _wanted))
        {
            _received.AsSpan(_start, available).CopyTo(_received);
        }
        else
        {
            var larger = account.Rent(Math.Max(needed, _wanted));
            _received.AsSpan(_start, available).CopyTo(larger);
            account.Return(_received);
            _received = larger;
        }

        (_start, _end) = (0, available);
    }
}
