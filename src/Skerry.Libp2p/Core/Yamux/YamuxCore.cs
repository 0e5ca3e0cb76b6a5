using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Yamux;

/// <summary>
/// Many streams over one ordered channel (hashicorp/yamux spec.md, libp2p yamux/README.md), without the bytes: headers come in, what to do goes out, the
/// driver moves the data.
/// <code>
/// stream   open --FIN of one side--> half open --FIN of the other--> gone
///            '--------------------- RST of either ------------------^
/// </code>
/// Invariants: nobody sends more than the other gave credit for; a stream's id is odd when the dialler opened it; what waits unread of a stream is never
/// more than its window.
/// </summary>
/// <param name="isDialler">Whether this side dialled.</param>
/// <param name="timing">Bounds.</param>
internal sealed class YamuxCore(bool isDialler, YamuxTiming timing)
{
    /// <summary>Every stream starts with it, bytes.</summary>
    public const uint InitialWindow = 256 << 10;

    private readonly Dictionary<uint, YamuxStreamState> _streams = [];
    private readonly Queue<YamuxOutput> _outputs = new();
    private uint _nextId = isDialler ? 1u : 2u;
    private uint _pings;
    private Instant _pingSent;
    private Instant _heard;
    private TimeSpan _keepAlive = timing.KeepAlive;
    private TimeSpan _pingTimeout = timing.PingTimeout;
    private Instant _pingDue;
    private bool _isPinging;
    private bool _isOver;
    private int _incoming;
    private uint _grown;
    private double _futile;
    private Instant _futileCounted;

    // RFC 6298's smoothed round trip, and how far single ones are from it.
    private TimeSpan _smoothed;
    private TimeSpan _variation;

    /// <summary>The last measured round trip; zero before the first.</summary>
    public TimeSpan RoundTrip { get; private set; }

    /// <summary>Streams that are not over.</summary>
    public int Count => _streams.Count;

    /// <summary>When <see cref="Advance"/> is due.</summary>
    public Instant NextDeadline => _isOver ? Instant.Never : _isPinging ? Instant.Max(_pingSent, _heard) + Patience : _pingDue;

    /// <summary>How long a peer may be silent: as told, and longer on a line that is known to take longer, but never beyond the muxer's own bound.</summary>
    private TimeSpan Patience
    {
        get
        {
            var measured = _smoothed + (4 * _variation);
            var bounded = measured < timing.PingTimeout ? measured : timing.PingTimeout;
            return _pingTimeout > bounded ? _pingTimeout : bounded;
        }
    }

    /// <summary>The session begins: measures the round trip at once, since windows grow by it.</summary>
    public void Start(Instant now) => Ping(now);

    /// <summary>The next thing to do; false when there is none.</summary>
    public bool TryTake(out YamuxOutput output) => _outputs.TryDequeue(out output);

    /// <summary>Opens a stream.</summary>
    /// <returns>Its id; 0 when this session has given out all.</returns>
    public uint Open()
    {
        if (_isOver || _nextId > uint.MaxValue - 2) return 0;
        var id = _nextId;
        _nextId += 2;
        _streams.Add(id, new YamuxStreamState());
        Send(YamuxType.WindowUpdate, YamuxFlags.Syn, id, 0);
        return id;
    }

    /// <summary>A header has arrived. A data frame's payload is dealt with as the outputs say before the next header is read.</summary>
    public void Receive(YamuxHeader header, Instant now)
    {
        if (_isOver) return;
        // Whatever comes is a sign of life: an answer may wait behind much data on a slow link.
        _heard = now;
        switch (header.Type)
        {
            case YamuxType.Ping:
                OnPing(header, now);
                break;
            case YamuxType.GoAway:
                Fail(header.Length == 0 ? "the peer has said goodbye" : $"the peer has ended the session with reason {header.Length}", 0);
                break;
            default:
                OnStreamFrame(header, now);
                break;
        }
    }

    /// <summary>Time has passed.</summary>
    public void Advance(Instant now)
    {
        if (_isOver || now < NextDeadline) return;
        if (_isPinging) Fail($"the peer has not answered a ping for {Patience.TotalSeconds:0.#} s", 0);
        else Ping(now);
    }

    /// <summary>Pings from now on so often; a peer that is silent for so long after one is given up.</summary>
    public void SetHeartbeat(TimeSpan period, TimeSpan timeout, Instant now)
    {
        // Said again for each stream that begins: that is no sign of life.
        if ((_keepAlive, _pingTimeout) == (period, timeout)) return;
        (_keepAlive, _pingTimeout) = (period, timeout);
        _pingDue = Instant.Min(_pingDue, now + period);
        // A ping that was under way under the old terms counts from now.
        if (_isPinging) _heard = now;
    }

    /// <summary>How much of the data may be sent now; it counts as sent.</summary>
    /// <param name="id">The stream.</param>
    /// <param name="wanted">Bytes there are.</param>
    public uint TakeCredit(uint id, uint wanted)
    {
        if (!_streams.TryGetValue(id, out var stream) || stream.IsOursEnded) return 0;
        var granted = Math.Min(wanted, stream.SendCredit);
        stream.SendCredit -= granted;
        return granted;
    }

    /// <summary>The owner of a stream has read some of it: the other side may send more.</summary>
    /// <param name="id">The stream.</param>
    /// <param name="length">Bytes read.</param>
    /// <param name="now">This moment.</param>
    /// <param name="mayGrow">Whether there is memory for a larger window.</param>
    public void Consumed(uint id, uint length, Instant now, bool mayGrow = true)
    {
        if (!_streams.TryGetValue(id, out var stream) || stream.IsTheirsEnded) return;
        stream.Consumed += length;
        // Half a window at a time: rarely enough to cost little, soon enough that the other side does not stand still.
        if (stream.Consumed < stream.Window / 2) return;
        // A window used up within four round trips holds the sender back: it doubles.
        var isFast = mayGrow && RoundTrip > TimeSpan.Zero && now - stream.CreditGiven < 4 * RoundTrip;
        var growth = isFast ? Math.Min(Math.Min(stream.Window, timing.MaxWindow - Math.Min(stream.Window, timing.MaxWindow)), timing.MaxGrowth - _grown) : 0;
        var credit = stream.Consumed + growth;
        stream.Window += growth;
        _grown += growth;
        stream.ReceiveCredit += credit;
        stream.Consumed = 0;
        stream.CreditGiven = now;
        Send(YamuxType.WindowUpdate, YamuxFlags.None, id, credit);
    }

    /// <summary>Nothing more is sent on a stream.</summary>
    public void End(uint id)
    {
        if (!_streams.TryGetValue(id, out var stream) || stream.IsOursEnded) return;
        stream.IsOursEnded = true;
        Send(YamuxType.WindowUpdate, YamuxFlags.Fin, id, 0);
        if (stream.IsTheirsEnded) Remove(id, stream);
    }

    /// <summary>A stream is broken off: nothing more is sent, and what comes is thrown away.</summary>
    public void Reset(uint id)
    {
        if (!_streams.TryGetValue(id, out var stream)) return;
        Remove(id, stream);
        Send(YamuxType.WindowUpdate, YamuxFlags.Rst, id, 0);
    }

    /// <summary>A stream that the peer has opened is not taken in after all.</summary>
    public void Refuse(uint id, Instant now)
    {
        Reset(id);
        CountFutile(now);
    }

    /// <summary>Says goodbye.</summary>
    public void Close() => Fail("the session was closed", 0);

    private void OnStreamFrame(YamuxHeader header, Instant now)
    {
        var isNew = (header.Flags & YamuxFlags.Syn) != 0;
        if (isNew && !TryAccept(header.Stream, now)) return;
        var length = header.Type == YamuxType.Data ? header.Length : 0;
        if (!_streams.TryGetValue(header.Stream, out var stream))
        {
            // We broke it off, or it was never taken in; the other side does not know yet.
            if (length > 0) _outputs.Enqueue(new YamuxOutput(YamuxOutputKind.Discard, header.Stream, length));
            return;
        }

        if (header.Type == YamuxType.WindowUpdate && header.Length > 0) Credit(header.Stream, stream, header.Length);
        if (length > 0 && !TryTakeIn(header.Stream, stream, length)) return;
        if ((header.Flags & YamuxFlags.Rst) != 0)
        {
            Remove(header.Stream, stream);
            _outputs.Enqueue(new YamuxOutput(YamuxOutputKind.Reset, header.Stream));
            if (stream.IsIncoming) CountFutile(now);
        }
        else if ((header.Flags & YamuxFlags.Fin) != 0 && !stream.IsTheirsEnded)
        {
            stream.IsTheirsEnded = true;
            _outputs.Enqueue(new YamuxOutput(YamuxOutputKind.Ended, header.Stream));
            if (stream.IsOursEnded) Remove(header.Stream, stream);
        }
    }

    private bool TryAccept(uint id, Instant now)
    {
        var isTheirs = id != 0 && id % 2 == (isDialler ? 0u : 1u);
        if (!isTheirs || _streams.ContainsKey(id))
        {
            Fail($"the peer opens stream {id}, which is not for it to open", 1);
            return false;
        }

        if (_incoming >= timing.MaxIncoming)
        {
            Send(YamuxType.WindowUpdate, YamuxFlags.Rst, id, 0);
            CountFutile(now);
            return !_isOver; // what came along is thrown away
        }

        _incoming++;
        _streams.Add(id, new YamuxStreamState { IsIncoming = true });
        Send(YamuxType.WindowUpdate, YamuxFlags.Ack, id, 0);
        _outputs.Enqueue(new YamuxOutput(YamuxOutputKind.Opened, id));
        return true;
    }

    private void CountFutile(Instant now)
    {
        _futile = Math.Max(0, _futile - (timing.MaxFutile * (now - _futileCounted).TotalSeconds)) + 1;
        _futileCounted = now;
        if (_futile > timing.MaxFutile) Fail($"the peer opens streams that come to nothing, more than {timing.MaxFutile} a second", 1);
    }

    private void Credit(uint id, YamuxStreamState stream, uint length)
    {
        if (length > uint.MaxValue - stream.SendCredit)
        {
            Fail($"the peer gives stream {id} more credit than there is", 1);
            return;
        }

        stream.SendCredit += length;
        _outputs.Enqueue(new YamuxOutput(YamuxOutputKind.Credit, id, length));
    }

    private bool TryTakeIn(uint id, YamuxStreamState stream, uint length)
    {
        if (length > stream.ReceiveCredit || stream.IsTheirsEnded)
        {
            Fail($"the peer sends {length} bytes on stream {id}, {stream.ReceiveCredit} are allowed", 1);
            return false;
        }

        stream.ReceiveCredit -= length;
        _outputs.Enqueue(new YamuxOutput(YamuxOutputKind.Deliver, id, length));
        return true;
    }

    private void OnPing(YamuxHeader header, Instant now)
    {
        if ((header.Flags & YamuxFlags.Syn) != 0)
        {
            Send(YamuxType.Ping, YamuxFlags.Ack, 0, header.Length);
        }
        else if (_isPinging && header.Length == _pings)
        {
            _isPinging = false;
            Measured(now - _pingSent);
        }
    }

    private void Measured(TimeSpan roundTrip)
    {
        var isFirst = RoundTrip == TimeSpan.Zero;
        _variation = isFirst ? roundTrip / 2 : ((3 * _variation) + (_smoothed - roundTrip).Duration()) / 4;
        _smoothed = isFirst ? roundTrip : ((7 * _smoothed) + roundTrip) / 8;
        RoundTrip = roundTrip;
        _outputs.Enqueue(new YamuxOutput(YamuxOutputKind.Measured, 0));
    }

    private void Ping(Instant now)
    {
        _isPinging = true;
        _pingSent = now;
        _pingDue = now + _keepAlive;
        Send(YamuxType.Ping, YamuxFlags.Syn, 0, ++_pings);
    }

    private void Remove(uint id, YamuxStreamState stream)
    {
        _streams.Remove(id);
        _grown -= stream.Window - InitialWindow;
        if (stream.IsIncoming) _incoming--;
    }

    private void Fail(string reason, uint code)
    {
        if (_isOver) return;
        _isOver = true;
        _streams.Clear();
        Send(YamuxType.GoAway, YamuxFlags.None, 0, code);
        _outputs.Enqueue(new YamuxOutput(YamuxOutputKind.Failed, 0, Reason: reason));
    }

    private void Send(YamuxType type, YamuxFlags flags, uint stream, uint length) =>
        _outputs.Enqueue(new YamuxOutput(YamuxOutputKind.Send, stream, 0, new YamuxHeader(type, flags, stream, length)));
}
