using System.Buffers.Binary;

using Skerry.Libp2p.Core.Noise;

namespace Skerry.Libp2p.Driver;

/// <summary>A channel behind a Noise handshake: messages of up to 65535 bytes, each with its length in two bytes before it. One reader and one writer at a time.</summary>
/// <param name="inner">What carries it.</param>
/// <param name="send">Encrypts.</param>
/// <param name="receive">Decrypts.</param>
internal sealed class NoiseStream(Stream inner, CipherState send, CipherState receive) : ChannelStream
{
    private const int HeadLength = 2;
    private const int MaxPlain = NoiseHandshake.MaxMessage - CipherState.TagLength;

    /// <summary>Two of the longest messages: one call of the system fetches a full one and more.</summary>
    private const int BufferLength = 2 * (HeadLength + NoiseHandshake.MaxMessage);

    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(BufferLength);
    private readonly byte[] _plain = GC.AllocateUninitializedArray<byte>(NoiseHandshake.MaxMessage);
    private readonly byte[] _sealed = GC.AllocateUninitializedArray<byte>(BufferLength);
    private int _start;
    private int _end;
    private int _plainStart;
    private int _plainEnd;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (_plainStart == _plainEnd)
        {
            var length = await NextMessageAsync(cancellationToken).ConfigureAwait(false);
            if (length < 0) return 0;
            var message = _received.AsMemory(_start, length);
            _start += length;
            var plain = length - CipherState.TagLength;
            // Straight to where it is wanted, if it fits there.
            var target = plain <= buffer.Length ? buffer.Span : _plain;
            if (!receive.TryDecrypt(message.Span, target)) throw new Libp2pException("What arrives on the encrypted channel was not made by the peer.");
            if (plain > buffer.Length) (_plainStart, _plainEnd) = (0, plain);
            else if (plain > 0) return plain;
        }

        var count = Math.Min(buffer.Length, _plainEnd - _plainStart);
        _plain.AsSpan(_plainStart, count).CopyTo(buffer.Span);
        _plainStart += count;
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var length = 0;
            while (!buffer.IsEmpty && length <= BufferLength - HeadLength - NoiseHandshake.MaxMessage)
            {
                var plain = buffer[..Math.Min(buffer.Length, MaxPlain)];
                BinaryPrimitives.WriteUInt16BigEndian(_sealed.AsSpan(length), (ushort)(plain.Length + CipherState.TagLength));
                send.Encrypt(plain.Span, _sealed.AsSpan(length + HeadLength));
                length += HeadLength + plain.Length + CipherState.TagLength;
                buffer = buffer[plain.Length..];
            }

            await inner.WriteAsync(_sealed.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        send.Dispose();
        receive.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until a whole message is there.</summary>
    /// <returns>Its length; -1 when the channel has ended between two messages.</returns>
    private async ValueTask<int> NextMessageAsync(CancellationToken cancel)
    {
        while (true)
        {
            var available = _end - _start;
            if (available >= HeadLength)
            {
                var length = BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(_start));
                if (length < CipherState.TagLength) throw new Libp2pException("The peer sends an encrypted message too short to be one.");
                if (available >= HeadLength + length)
                {
                    _start += HeadLength;
                    return length;
                }
            }

            if (_start > 0)
            {
                _received.AsSpan(_start, available).CopyTo(_received);
                (_start, _end) = (0, available);
            }

            var read = await inner.ReadAsync(_received.AsMemory(_end), cancel).ConfigureAwait(false);
            if (read == 0) return available == 0 ? -1 : throw new Libp2pException("The peer ended the connection in the middle of a message.");
            _end += read;
        }
    }
}
