using Skerry.Libp2p.Core.Yamux;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Tests.Core;

/// <summary>The muxer's rules, one side against hand-made frames.</summary>
public sealed class YamuxTests
{
    private static readonly YamuxTiming Timing = new() { MaxIncoming = 2 };

    private readonly YamuxCore _core = new(isDialler: true, Timing);
    private readonly List<YamuxOutput> _outputs = [];

    [Fact]
    public void A_diallers_streams_are_odd_and_announced()
    {
        Assert.Equal((1u, 3u), (_core.Open(), _core.Open()));
        Assert.Equal([Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, 1, 0), Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, 3, 0)], Sent());
    }

    [Fact]
    public void Nobody_sends_more_than_there_is_credit_for()
    {
        var id = _core.Open();
        Assert.Equal(YamuxCore.InitialWindow, _core.TakeCredit(id, uint.MaxValue));
        Assert.Equal(0u, _core.TakeCredit(id, 1));
        _core.Receive(Frame(YamuxType.WindowUpdate, YamuxFlags.None, id, 5), default(Instant));
        Assert.Contains(Outputs(), output => output.Kind == YamuxOutputKind.Credit);
        Assert.Equal(5u, _core.TakeCredit(id, 9));
    }

    [Fact]
    public void A_silent_peer_is_given_up_by_the_heartbeats_terms_and_one_that_sends_anything_is_not()
    {
        _core.Start(At(0));
        _core.Receive(Frame(YamuxType.Ping, YamuxFlags.Ack, 0, 1), At(10));
        _core.SetHeartbeat(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), At(20));
        _core.Advance(At(1020));
        _core.Receive(Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, 2, 0), At(2500));
        _core.Advance(At(4400));
        Assert.DoesNotContain(Outputs(), output => output.Kind == YamuxOutputKind.Failed);
        _core.Advance(At(4500));
        Assert.Contains(Outputs(), output => output.Kind == YamuxOutputKind.Failed);
    }

    [Fact]
    public void A_heartbeat_asked_for_again_is_no_sign_of_life()
    {
        _core.Start(At(0));
        _core.Receive(Frame(YamuxType.Ping, YamuxFlags.Ack, 0, 1), At(10));
        _core.SetHeartbeat(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), At(20));
        _core.Advance(At(1020));
        _core.SetHeartbeat(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), At(2900));
        _core.Advance(At(3020));
        Assert.Contains(Outputs(), output => output.Kind == YamuxOutputKind.Failed);
    }

    [Fact]
    public void A_peer_on_a_slow_line_is_given_the_time_that_its_line_takes()
    {
        _core.Start(At(0));
        _core.Receive(Frame(YamuxType.Ping, YamuxFlags.Ack, 0, 1), At(1800));
        _core.SetHeartbeat(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), At(1800));
        _core.Advance(At(2800));
        _core.Advance(At(2800 + 5000));
        Assert.DoesNotContain(Outputs(), output => output.Kind == YamuxOutputKind.Failed);
        _core.Advance(At(2800 + 5400));
        Assert.Contains(Outputs(), output => output.Kind == YamuxOutputKind.Failed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Streams_that_come_to_nothing_faster_than_is_taken_cost_the_session(bool isFast)
    {
        var core = new YamuxCore(isDialler: true, Timing with { MaxFutile = 100 });
        var outputs = new List<YamuxOutput>();
        for (uint i = 1; i <= 1000; i++)
        {
            var now = At((int)(isFast ? i : 20 * i));
            core.Receive(Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, 2 * i, 0), now);
            core.Receive(Frame(YamuxType.WindowUpdate, YamuxFlags.Rst, 2 * i, 0), now);
            while (core.TryTake(out var output)) outputs.Add(output);
        }

        Assert.Equal(isFast, outputs.Exists(output => output.Kind == YamuxOutputKind.Failed));
    }

    [Fact]
    public void More_than_the_window_ends_the_session()
    {
        _core.Receive(Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, 2, 0), default(Instant));
        _core.Receive(Frame(YamuxType.Data, YamuxFlags.None, 2, YamuxCore.InitialWindow + 1), default(Instant));
        Assert.Contains(Outputs(), output => output.Kind == YamuxOutputKind.Failed);
        Assert.Equal(0, _core.Count);
    }

    [Fact]
    public void A_window_used_up_within_a_few_round_trips_doubles_and_a_slow_one_does_not()
    {
        _core.Start(At(0));
        _core.Receive(Frame(YamuxType.Ping, YamuxFlags.Ack, 0, 1), At(50));
        _core.Receive(Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, 2, 0), At(50));
        Outputs();

        ReceiveAndRead(YamuxCore.InitialWindow, At(100));
        Assert.Equal(2 * YamuxCore.InitialWindow, Sent().Single(frame => frame.Stream == 2).Length);
        ReceiveAndRead(2 * YamuxCore.InitialWindow, At(10_000));
        Assert.Equal(2 * YamuxCore.InitialWindow, Sent().Single(frame => frame.Stream == 2).Length);
    }

    [Fact]
    public void All_windows_together_grow_only_so_far_and_a_stream_that_ends_gives_back_its_part()
    {
        var core = new YamuxCore(isDialler: true, new YamuxTiming { MaxGrowth = YamuxCore.InitialWindow });
        core.Start(At(0));
        core.Receive(Frame(YamuxType.Ping, YamuxFlags.Ack, 0, 1), At(50));
        Assert.Equal(2 * YamuxCore.InitialWindow, CreditAfterFastRead(core, 2));
        Assert.Equal(YamuxCore.InitialWindow, CreditAfterFastRead(core, 4));
        core.Reset(2);
        Assert.Equal(2 * YamuxCore.InitialWindow, CreditAfterFastRead(core, 6));
    }

    [Fact]
    public void A_stream_ends_when_both_sides_have_ended_it()
    {
        var id = _core.Open();
        _core.End(id);
        Assert.Equal(1, _core.Count);
        _core.Receive(Frame(YamuxType.WindowUpdate, YamuxFlags.Fin, id, 0), default(Instant));
        Assert.Equal(0, _core.Count);
        Assert.Contains(Outputs(), output => output.Kind == YamuxOutputKind.Ended);
    }

    [Fact]
    public void What_comes_for_a_stream_broken_off_is_read_past()
    {
        var id = _core.Open();
        _core.Reset(id);
        _core.Receive(Frame(YamuxType.Data, YamuxFlags.None, id, 77), default(Instant));
        Assert.Contains(Outputs(), output => output is { Kind: YamuxOutputKind.Discard, Length: 77 });
    }

    [Fact]
    public void More_streams_than_are_allowed_are_broken_off_alone()
    {
        foreach (var id in (uint[])[2, 4, 6]) _core.Receive(Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, id, 0), default(Instant));
        Assert.Equal(2, _core.Count);
        Assert.Contains(Frame(YamuxType.WindowUpdate, YamuxFlags.Rst, 6, 0), Sent());
    }

    [Theory]
    [InlineData(1u)] // ours to open
    [InlineData(0u)] // the session's own
    public void A_stream_that_is_not_for_the_peer_to_open_ends_the_session(uint id)
    {
        _core.Receive(Frame(YamuxType.Data, YamuxFlags.Syn, id, 0), default(Instant));
        Assert.Contains(Outputs(), output => output.Kind == YamuxOutputKind.Failed);
    }

    [Fact]
    public void A_peer_that_answers_no_ping_is_given_up()
    {
        _core.Start(At(0));
        _core.Advance(At(14_999));
        Assert.DoesNotContain(Outputs(), output => output.Kind == YamuxOutputKind.Failed);
        _core.Advance(At(15_000));
        Assert.Contains(Outputs(), output => output.Kind == YamuxOutputKind.Failed);
    }

    [Fact]
    public void Random_frames_never_break_an_invariant()
    {
        var random = new Random(7);
        for (var run = 0; run < 2_000; run++)
        {
            var core = new YamuxCore(isDialler: run % 2 == 0, Timing);
            for (var step = 0; step < 50; step++)
            {
                core.Receive(Frame((YamuxType)random.Next(4), (YamuxFlags)random.Next(16), (uint)random.Next(8), (uint)random.Next(1 << random.Next(1, 31))), At(step));
                if (random.Next(4) == 0) core.Open();
                if (random.Next(4) == 0) core.Consumed((uint)random.Next(8), (uint)random.Next(1 << 16), At(step));
                if (random.Next(4) == 0) core.End((uint)random.Next(8));
                while (core.TryTake(out var output)) Assert.True(output.Kind != YamuxOutputKind.Deliver || output.Length <= Timing.MaxWindow);
            }
        }
    }

    private static Instant At(int milliseconds) => default(Instant) + TimeSpan.FromMilliseconds(milliseconds);

    private static YamuxHeader Frame(YamuxType type, YamuxFlags flags, uint stream, uint length) => new(type, flags, stream, length);

    private static uint CreditAfterFastRead(YamuxCore core, uint id)
    {
        core.Receive(Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, id, 0), At(50));
        core.Receive(Frame(YamuxType.Data, YamuxFlags.None, id, YamuxCore.InitialWindow), At(60));
        core.Consumed(id, YamuxCore.InitialWindow, At(60));
        var credit = 0u;
        while (core.TryTake(out var output))
        {
            if (output.Kind == YamuxOutputKind.Send && output.Header.Stream == id) credit = output.Header.Length;
        }

        return credit;
    }

    private void ReceiveAndRead(uint length, Instant now)
    {
        _core.Receive(Frame(YamuxType.Data, YamuxFlags.None, 2, length), now);
        _core.Consumed(2, length, now);
    }

    private List<YamuxOutput> Outputs()
    {
        _outputs.Clear();
        while (_core.TryTake(out var output)) _outputs.Add(output);
        return _outputs;
    }

    private IEnumerable<YamuxHeader> Sent() => [.. Outputs().Where(output => output.Kind == YamuxOutputKind.Send).Select(output => output.Header)];
}
