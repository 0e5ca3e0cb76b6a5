using System.Buffers;
using System.Buffers.Binary;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Reads one message from a TCP stream as it arrives. Peers keep the connection open, so its end is found by its structure and never by
/// the end of the stream. Each byte is looked at once, however small the pieces come; nothing is allocated before the bytes are there.
/// </summary>
/// <param name="ring">Empty: streams are in clear.</param>
/// <param name="requireEncryption">Whether a stream in clear is refused when there are keys.</param>
internal sealed class StreamDecoder(Keyring ring, bool requireEncryption = true)
{
    private MessagePackScanner _scanner;
    private Stage _stage;
    private int _rawLength;
    private int _end;

    private enum Stage : byte
    {
        /// <summary>Nothing read yet.</summary>
        Start,

        /// <summary>Inside a body that is one MessagePack value.</summary>
        Value,

        /// <summary>Inside the header of a user message.</summary>
        UserHeader,

        /// <summary>Inside the header of a push/pull.</summary>
        PushPullHeader,

        /// <summary>Inside the nodes of a push/pull.</summary>
        PushPullNodes,

        /// <summary>The end is known; raw bytes are still due.</summary>
        Rest,
    }

    /// <summary>The message, once complete.</summary>
    public GossipMessage? Message { get; private set; }

    /// <summary>Why it failed.</summary>
    public DecodeError Error { get; private set; }

    /// <summary>Bytes of the stream the message took, once complete.</summary>
    public int Consumed => _end;

    /// <summary>How many bytes there must be in all before it is worth advancing again. At least one more than there were.</summary>
    public int Needed { get; private set; } = 1;

    /// <summary>Whether the message came encrypted; the answer goes the same way.</summary>
    public bool WasEncrypted { get; private set; }

    /// <summary>Goes on over what has arrived.</summary>
    /// <param name="received">All bytes of the message so far, from its first.</param>
    public StreamStatus Advance(ReadOnlySpan<byte> received)
    {
        if (Message is not null) return StreamStatus.Complete;
        if (Error != DecodeError.None) return StreamStatus.Failed;
        if (received.Length < Needed) return StreamStatus.NeedMore;
        while (_stage != Stage.Rest)
        {
            if (_stage == Stage.Start)
            {
                if (!TryStart(received)) return Error == DecodeError.None ? StreamStatus.NeedMore : StreamStatus.Failed;
            }
            else if (!TryScan(received))
            {
                return Error == DecodeError.None ? StreamStatus.NeedMore : StreamStatus.Failed;
            }
        }

        return received.Length >= _end ? Finish(received[.._end]) : WaitFor(_end);
    }

    private bool TryStart(ReadOnlySpan<byte> received)
    {
        var type = (GossipMessageType)received[0];
        if (type == GossipMessageType.Label) return Fail(DecodeError.UnexpectedLabel);
        if (type == GossipMessageType.Encrypt) return TryStartEncrypted(received);
        if (!ring.IsEmpty && requireEncryption) return Fail(DecodeError.NotEncrypted);
        _scanner = MessagePackScanner.ForValues(1, position: 1);
        switch (type)
        {
            case GossipMessageType.PushPull:
                _stage = Stage.PushPullHeader;
                return true;
            case GossipMessageType.User:
                _stage = Stage.UserHeader;
                return true;
            case GossipMessageType.Ping or GossipMessageType.Ack or GossipMessageType.Error or GossipMessageType.Compress:
                _stage = Stage.Value;
                return true;
            default:
                return Fail(GossipCodec.IsKnown(received[0]) ? DecodeError.UnexpectedType : DecodeError.UnknownType);
        }
    }

    private bool TryStartEncrypted(ReadOnlySpan<byte> received)
    {
        if (ring.IsEmpty) return Fail(DecodeError.UnexpectedEncryption);
        if (received.Length < StreamEncoder.EncryptedHeaderSize)
        {
            WaitFor(StreamEncoder.EncryptedHeaderSize);
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(received[1..]);
        if (length > WireLimits.MaxStreamBody) return Fail(DecodeError.TooLarge);
        WasEncrypted = true;
        _end = StreamEncoder.EncryptedHeaderSize + (int)length;
        _stage = Stage.Rest;
        return true;
    }

    /// <summary>Finds the end of the current stage's values and says what comes after them.</summary>
    private bool TryScan(ReadOnlySpan<byte> received)
    {
        var whole = _scanner.TryAdvance(received);
        if (_scanner.Error != DecodeError.None) return Fail(_scanner.Error);
        if (Math.Max(_scanner.Position, _scanner.Needed) > WireLimits.MaxStreamMessage) return Fail(DecodeError.TooLarge);
        if (!whole)
        {
            WaitFor(_scanner.Needed);
            return false;
        }

        switch (_stage)
        {
            case Stage.PushPullHeader:
                var reader = new MessagePackReader(received[1.._scanner.Position]);
                var header = PushPullCodec.ReadHeader(ref reader);
                if (reader.Error != DecodeError.None) return Fail(reader.Error);
                _scanner = MessagePackScanner.ForValues(header.Nodes, _scanner.Position);
                _rawLength = header.UserStateLength;
                _stage = Stage.PushPullNodes;
                return true;
            case Stage.PushPullNodes:
                _end = _scanner.Position + _rawLength;
                break;
            case Stage.UserHeader:
                reader = new MessagePackReader(received[1.._scanner.Position]);
                var length = PushPullCodec.ReadUserHeader(ref reader).Length;
                if (reader.Error != DecodeError.None) return Fail(reader.Error);
                _end = _scanner.Position + length;
                break;
            default:
                _end = _scanner.Position;
                break;
        }

        _stage = Stage.Rest;
        return _end <= WireLimits.MaxStreamMessage || Fail(DecodeError.TooLarge);
    }

    private StreamStatus Finish(ReadOnlySpan<byte> stream)
    {
        Error = WasEncrypted ? Open(stream) : Unwrap(stream, nesting: 0);
        return Error == DecodeError.None ? StreamStatus.Complete : StreamStatus.Failed;
    }

    private DecodeError Open(ReadOnlySpan<byte> stream)
    {
        var frame = stream[StreamEncoder.EncryptedHeaderSize..];
        var opened = ArrayPool<byte>.Shared.Rent(frame.Length);
        try
        {
            using var cipher = new GossipCipher();
            var associated = stream[..StreamEncoder.EncryptedHeaderSize];
            return cipher.TryOpen(ring, frame, associated, opened, out var length, out var error)
                ? Unwrap(opened.AsSpan(0, length), nesting: 0)
                : error;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(opened);
        }
    }

    private DecodeError Unwrap(ReadOnlySpan<byte> clear, int nesting)
    {
        if (!clear.IsEmpty && clear[0] == (byte)GossipMessageType.Compress) return Inflate(clear, nesting);
        if (!GossipCodec.TryDecodeStreamed(clear, out var message, out var error)) return error;
        Message = message;
        return DecodeError.None;
    }

    private DecodeError Inflate(ReadOnlySpan<byte> clear, int nesting)
    {
        if (nesting == WireLimits.MaxNesting) return DecodeError.TooDeep;
        var compressed = CompressedFrame.Read(clear[1..], out var error);
        if (error != DecodeError.None) return error;

        // Text of this kind shrinks some four times; more than that is found out by starting again in a buffer of twice the size.
        for (var room = Math.Max(4L * compressed.Length, 4096); ; room *= 2)
        {
            room = Math.Min(room, WireLimits.MaxStreamMessage);
            var inflated = ArrayPool<byte>.Shared.Rent((int)room);
            try
            {
                var result = LzwDecoder.Decompress(compressed, inflated.AsSpan(0, (int)room), out var length);
                if (result == LzwResult.Complete) return Unwrap(inflated.AsSpan(0, length), nesting + 1);
                if (result == LzwResult.Corrupt) return DecodeError.CorruptCompression;
                if (room == WireLimits.MaxStreamMessage) return DecodeError.TooLarge;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(inflated);
            }
        }
    }

    private StreamStatus WaitFor(int bytes)
    {
        Needed = bytes;
        return StreamStatus.NeedMore;
    }

    private bool Fail(DecodeError error)
    {
        Error = error;
        return false;
    }
}
