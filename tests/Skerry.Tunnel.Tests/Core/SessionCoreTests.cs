using System.Buffers.Binary;

using Skerry.Primitives;
using Skerry.Tunnel.Core.Session;

namespace Skerry.Tunnel.Tests.Core;

/// <summary>Two ends of a session over a path that breaks at any moment.</summary>
public sealed class SessionCoreTests
{
    private static readonly SessionLimits Limits = new(MaxReplay: 1 << 20, MaxWindow: 1 << 20);

    [Fact]
    public void Every_byte_arrives_once_and_in_order_however_often_the_path_breaks()
    {
        for (ulong seed = 0; seed < 60; seed++)
        {
            var prng = new Prng(seed);
            var (left, right) = (new End(prng.Fork(), 300_000), new End(prng.Fork(), prng.Next(200_000)));
            for (var path = 0; !(left.IsDone && right.IsDone); path++)
            {
                Assert.True(path < 1000, $"seed {seed}: the session does not come to an end");
                Meet(left, right, prng, isLast: path > 20);
            }

            Assert.Equal(left.Sent, right.Received);
            Assert.Equal(right.Sent, left.Received);
            Assert.Equal((0, 0), (left.Core.Unacknowledged, right.Core.Unacknowledged));
        }
    }

    [Fact]
    public void A_sender_never_goes_beyond_what_the_reader_allows()
    {
        var core = new SessionCore(Limits);
        Assert.True(core.Attach(0, 100));
        core.Write(new byte[500]);
        var frame = new byte[SessionCore.HeaderLength + SessionCore.MaxPayload];
        Assert.Equal(SessionCore.HeaderLength + 100, core.TakeFrame(frame));
        Assert.Equal(0, core.TakeFrame(frame));
    }

    [Fact]
    public void A_writer_is_held_back_when_too_much_is_under_way()
    {
        var core = new SessionCore(new SessionLimits(1000, 1000));
        Assert.Equal(1000, core.Write(new byte[1500]));
        Assert.Equal(0, core.Write(new byte[1]));
    }

    [Fact]
    public void A_session_that_is_broken_off_says_so_and_nothing_more()
    {
        var core = new SessionCore(Limits);
        Assert.True(core.Attach(0, 1 << 20));
        core.Write(new byte[200_000]);
        var frame = new byte[SessionCore.HeaderLength + SessionCore.MaxPayload];
        Assert.True(core.TakeFrame(frame) > 0);
        core.Reset();
        Assert.Equal(SessionCore.HeaderLength, core.TakeFrame(frame));
        Assert.Equal((byte)FrameType.Reset, frame[0]);
        Assert.Equal(0, core.TakeFrame(frame));
    }

    [Fact]
    public void Without_room_one_block_is_kept_at_a_time_and_the_window_stays()
    {
        var core = new SessionCore(Limits, () => 0);
        Assert.Equal(ReplayBuffer.BlockLength, core.Write(new byte[100_000]));
        Assert.Equal(0, core.Write(new byte[1]));
        core.OnData(SessionLimits.InitialWindow);
        core.Consumed(SessionLimits.InitialWindow);
        Assert.Equal(2ul * SessionLimits.InitialWindow, core.Limit);
        Assert.Equal(ReplayBuffer.BlockLength + SessionLimits.InitialWindow, core.Memory);
    }

    [Fact]
    public void A_peer_that_acknowledges_what_was_never_sent_is_not_believed()
    {
        var core = new SessionCore(Limits);
        Assert.True(core.Attach(0, 1000));
        core.Write(new byte[10]);
        var ack = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(ack, 5);
        Assert.False(core.OnAck(ack));
        Assert.False(core.OnAck(ack.AsSpan(1)));
        Assert.False(core.Attach(11, 1000));
    }

    [Fact]
    public void A_window_that_holds_the_sender_back_grows_to_its_bound()
    {
        var core = new SessionCore(Limits);
        Assert.True(core.Attach(0, 1000));
        var frame = new byte[SessionCore.HeaderLength + SessionCore.MaxPayload];
        for (var i = 0; i < 10; i++)
        {
            var length = (int)(core.Limit - core.Received);
            core.OnData(length);
            core.Consumed(length);
            while (core.TakeFrame(frame) > 0)
            {
                // Each acknowledgement raises the limit that the sender knows.
            }
        }

        Assert.Equal((ulong)Limits.MaxWindow, core.Limit - core.Received);
    }

    [Fact]
    public void What_was_read_while_there_was_no_path_is_told_on_the_next()
    {
        var core = new SessionCore(Limits);
        Assert.True(core.Attach(0, 1000));
        core.OnData(SessionLimits.InitialWindow);
        core.Consumed(SessionLimits.InitialWindow);
        Assert.True(core.Attach(0, 1000));
        var frame = new byte[SessionCore.HeaderLength + SessionCore.MaxPayload];
        Assert.True(core.TakeFrame(frame) > 0);
        Assert.Equal((FrameType.Ack, core.Limit), ((FrameType)frame[0], BinaryPrimitives.ReadUInt64BigEndian(frame.AsSpan(SessionCore.HeaderLength + 8))));
    }

    private static void Meet(End left, End right, Prng prng, bool isLast)
    {
        var (leftSays, rightSays) = ((left.Core.Received, left.Core.Limit), (right.Core.Received, right.Core.Limit));
        Assert.True(left.Core.Attach(rightSays.Received, rightSays.Limit));
        Assert.True(right.Core.Attach(leftSays.Received, leftSays.Limit));
        var (toRight, toLeft) = (new Queue<byte[]>(), new Queue<byte[]>());
        var idle = 0;
        while (idle < 20 && (isLast || !prng.Chance(0.02)))
        {
            var moved = left.Send(toRight) | right.Send(toLeft);
            if (prng.Chance(0.7)) moved |= right.Take(toRight);
            if (prng.Chance(0.7)) moved |= left.Take(toLeft);
            idle = moved ? 0 : idle + 1;
        }
    }

    private sealed class End(Prng prng, int length)
    {
        private int _written;

        public SessionCore Core { get; } = new(Limits);

        public byte[] Sent { get; } = Bytes(prng, length);

        public List<byte> Received { get; } = [];

        public bool IsDone => Core.IsFinished;

        public bool Send(Queue<byte[]> path)
        {
            if (_written < Sent.Length) _written += Core.Write(Sent.AsSpan(_written, Math.Min(Sent.Length - _written, 1 + prng.Next(40_000))));
            else Core.End();
            var frame = new byte[SessionCore.HeaderLength + SessionCore.MaxPayload];
            var taken = Core.TakeFrame(frame);
            if (taken == 0) return false;
            path.Enqueue(frame[..taken]);
            return true;
        }

        public bool Take(Queue<byte[]> path)
        {
            if (!path.TryDequeue(out var frame)) return false;
            var payload = frame.AsSpan(SessionCore.HeaderLength);
            switch ((FrameType)frame[0])
            {
                case FrameType.Data:
                    Assert.True(Core.MayReceive(payload.Length));
                    Core.OnData(payload.Length);
                    Received.AddRange(payload);
                    Core.Consumed(payload.Length);
                    break;
                case FrameType.Ack:
                    Assert.True(Core.OnAck(payload));
                    break;
                default:
                    Core.OnEnd();
                    break;
            }

            return true;
        }

        private static byte[] Bytes(Prng prng, int length)
        {
            var bytes = new byte[length];
            prng.Fill(bytes);
            return bytes;
        }
    }
}
