using System.Buffers.Binary;

namespace Skerry.Tunnel.Core.Session;

/// <summary>
/// One end of a session that outlives its paths. Each direction is a sequence of bytes with offsets from 0; what was sent is kept until the other side says it has
/// it, and on a new path each side says how far the other has come, so that the rest is sent again. No I/O: the driver moves the bytes.
/// </summary>
/// <param name="limits">Bounds.</param>
/// <param name="room">Bytes of memory that it may take beyond what it holds; null: as the bounds say.</param>
internal sealed class SessionCore(SessionLimits limits, Func<long>? room = null)
{
    /// <summary>Of every frame: type and length.</summary>
    public const int HeaderLength = 5;

    /// <summary>The longest payload of a frame, bytes.</summary>
    public const int MaxPayload = 60 << 10;

    /// <summary>Acknowledged at the latest after so many bytes.</summary>
    private const int AckEvery = 64 << 10;

    /// <summary>The longest payload of a frame that is no data, bytes.</summary>
    public const int AckLength = 16;

    private readonly ReplayBuffer _replay = new();
    private ulong _cursor;
    private ulong _sent;
    private ulong _sendLimit;
    private bool _isEndWritten;
    private ulong _received;
    private ulong _consumed;
    private ulong _window = (ulong)limits.FirstWindow;
    private ulong _ackedUpTo;
    private ulong _announcedLimit = (ulong)limits.FirstWindow;
    private bool _isAckDue;
    private bool _isResetDue;
    private bool _isReset;

    /// <summary>How far the other direction has come here; its end counts as a byte.</summary>
    public ulong Received => _received + (HasTheirEnd ? 1u : 0);

    /// <summary>How far the other direction may go.</summary>
    public ulong Limit => _consumed + _window;

    /// <summary>The other side will send nothing more, and all it sent is here.</summary>
    public bool HasTheirEnd { get; private set; }

    /// <summary>Both directions have ended, and the other side has all of ours.</summary>
    public bool IsFinished => HasTheirEnd && IsAllAcknowledged;

    /// <summary>Nothing can be sent any more.</summary>
    public bool IsEndWritten => _isEndWritten;

    /// <summary>Bytes kept to be sent again.</summary>
    public int Unacknowledged => (int)(_replay.End - _replay.Start);

    /// <summary>Bytes held, or promised to the other side.</summary>
    public long Memory => _replay.Memory + (long)_window;

    private bool IsAllAcknowledged { get; set; }

    private long Room => room?.Invoke() ?? int.MaxValue;

    private ulong SendEnd => _replay.End + (_isEndWritten ? 1u : 0);

    /// <summary>Takes bytes to send.</summary>
    /// <returns>How many; 0 when as much as may be is on its way.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, limits.MaxReplay - Unacknowledged);
        // One block is always to be had: who has nothing under way would wait for an acknowledgement that never comes.
        if (count > _replay.Free) count = (int)Math.Min(count, _replay.Free + (Math.Max(Room / ReplayBuffer.BlockLength, _replay.Memory == 0 ? 1 : 0) * ReplayBuffer.BlockLength));
        _replay.Append(bytes[..count]);
        return count;
    }

    /// <summary>Nothing more will be written.</summary>
    public void End() => _isEndWritten = true;

    /// <summary>The session is broken off here.</summary>
    public void Reset()
    {
        (_isResetDue, _isReset) = (true, true);
        Release();
    }

    /// <summary>Gives back all memory.</summary>
    public void Release()
    {
        _replay.Release(_replay.End);
        // What is gone is not sent any more.
        _cursor = Math.Max(_cursor, _replay.End);
    }

    /// <summary>Whether the other side can have come so far: what it has was sent, and what it lacks is still here.</summary>
    public bool MayAttach(ulong theirReceived) => theirReceived <= _sent && theirReceived >= _replay.Start;

    /// <summary>A path is there: the other side has said how far it has come, and how far this side may go.</summary>
    /// <returns>False when that cannot be: the other side lies, or has lost the session.</returns>
    public bool Attach(ulong theirReceived, ulong theirLimit)
    {
        if (!TakeAck(theirReceived, theirLimit)) return false;
        _cursor = theirReceived;
        // The reader may have gone on since this side said how far it is.
        (_ackedUpTo, _announcedLimit, _isAckDue) = (_received, Limit, _received > 0);
        return true;
    }

    /// <summary>The next frame to send.</summary>
    /// <param name="target">At least <see cref="HeaderLength"/> + <see cref="MaxPayload"/> bytes.</param>
    /// <returns>Its length; 0 when there is none to send now.</returns>
    public int TakeFrame(Span<byte> target)
    {
        if (_isResetDue)
        {
            _isResetDue = false;
            return WriteHeader(target, FrameType.Reset, 0);
        }

        if (_isReset) return 0;

        if (_isAckDue)
        {
            (_isAckDue, _ackedUpTo, _announcedLimit) = (false, _received, Limit);
            BinaryPrimitives.WriteUInt64BigEndian(target[HeaderLength..], Received);
            BinaryPrimitives.WriteUInt64BigEndian(target[(HeaderLength + 8)..], Limit);
            return WriteHeader(target, FrameType.Ack, AckLength);
        }

        if (_cursor < _replay.End)
        {
            var allowed = (int)Math.Min(MaxPayload, _sendLimit > _cursor ? _sendLimit - _cursor : 0);
            if (allowed == 0) return 0;
            var count = _replay.CopyTo(_cursor, target.Slice(HeaderLength, allowed));
            _cursor += (ulong)count;
            _sent = Math.Max(_sent, _cursor);
            return WriteHeader(target, FrameType.Data, count);
        }

        if (!_isEndWritten || _cursor > _replay.End) return 0;
        _cursor++;
        _sent = Math.Max(_sent, _cursor);
        return WriteHeader(target, FrameType.End, 0);
    }

    /// <summary>Whether so many bytes of data may come now.</summary>
    public bool MayReceive(int length) => !HasTheirEnd && _received + (ulong)length <= Limit;

    /// <summary>Bytes have come, as many as <see cref="MayReceive"/> allowed.</summary>
    public void OnData(int length)
    {
        _received += (ulong)length;
        if (_received - _ackedUpTo >= AckEvery) _isAckDue = true;
    }

    /// <summary>An acknowledgement has come.</summary>
    /// <returns>False when it is none that can be.</returns>
    public bool OnAck(ReadOnlySpan<byte> payload) => payload.Length == AckLength
        && BinaryPrimitives.ReadUInt64BigEndian(payload) <= _cursor
        && TakeAck(BinaryPrimitives.ReadUInt64BigEndian(payload), BinaryPrimitives.ReadUInt64BigEndian(payload[8..]));

    /// <summary>The other direction has ended.</summary>
    public void OnEnd()
    {
        HasTheirEnd = true;
        _isAckDue = true;
    }

    /// <summary>The reader has taken bytes: more may come.</summary>
    public void Consumed(int length)
    {
        _consumed += (ulong)length;
        if (HasTheirEnd) return;
        // A window used up to its end that the reader has emptied holds the sender back: it doubles.
        if (_consumed == _received && _received == _announcedLimit && _window < (ulong)limits.MaxWindow)
        {
            var doubled = Math.Min(_window * 2, (ulong)limits.MaxWindow);
            // Half of what is left stays for others.
            if ((long)(doubled - _window) <= Room / 2) _window = doubled;
        }

        if (Limit - _announcedLimit >= _window / 4) _isAckDue = true;
    }

    private static int WriteHeader(Span<byte> target, FrameType type, int length)
    {
        target[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(target[1..], length);
        return HeaderLength + length;
    }

    private bool TakeAck(ulong received, ulong limit)
    {
        if (!MayAttach(received)) return false;
        _sendLimit = Math.Max(_sendLimit, limit);
        IsAllAcknowledged = _isEndWritten && received == SendEnd;
        _replay.Release(Math.Min(received, _replay.End));
        return true;
    }
}
