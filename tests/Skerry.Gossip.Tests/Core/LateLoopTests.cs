using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;

using static Skerry.Gossip.Tests.Core.Subject;

namespace Skerry.Gossip.Tests.Core;

/// <summary>When a node's own loop was late, that is its own fault and not the peers'.</summary>
public sealed class LateLoopTests
{
    [Fact]
    public void A_node_that_slept_through_a_probe_blames_nobody()
    {
        var a = new Subject().Meet("b", "c").Forget();
        Assert.True(a.PassUntil(() => a.Sent<Ping>().Any(), TimeSpan.FromSeconds(5)));
        var ping = a.Sent<Ping>().First();
        a.Sleep(10);
        a.Do(core => core.Advance(a.Now));
        Assert.Equal(SwimState.Alive, a.Node(ping.Node)!.State);
        Assert.Single(a.Notices(Notice.LoopLate));
        a.Hear(new Ack(ping.Sequence, ByteString.Empty), ping.Node);
        a.Pass(0.9);
        Assert.Equal(SwimState.Alive, a.Node(ping.Node)!.State);
        Assert.Equal(0, a.Core.HealthScore);
    }

    [Fact]
    public void A_suspect_gets_the_time_back_that_this_node_slept()
    {
        var a = new Subject().Meet("b", "c");
        a.Hear(Suspect("b", "c"));
        a.Pass(1);
        a.Sleep(60);
        a.Do(core => core.Advance(a.Now));
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
        a.Hear(Alive("b", 2));
        a.Pass(2);
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
    }

    [Fact]
    public void A_packet_that_comes_before_the_deadline_is_looked_at_tells_of_the_delay_too()
    {
        var a = new Subject().Meet("b", "c");
        a.Hear(Suspect("b", "c"));
        a.Sleep(60);
        a.Hear(new Ping(1, "a", AddressOf("c"), "c"));
        a.Do(core => core.Advance(a.Now));
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
        Assert.Single(a.Notices(Notice.LoopLate));
    }

    [Fact]
    public void A_little_lateness_is_nothing_to_speak_of()
    {
        var a = new Subject().Meet("b");
        for (var i = 0; i < 50; i++)
        {
            a.Sleep((a.Core.NextDeadline - a.Now).TotalSeconds + 0.099);
            a.Do(core => core.Advance(a.Now));
        }

        Assert.Empty(a.Notices(Notice.LoopLate));
    }

    [Fact]
    public void The_deadline_named_after_a_delay_is_kept_and_not_come_already()
    {
        var a = new Subject().Meet("b", "c");
        a.Sleep(30);
        a.Do(core => core.Advance(a.Now));
        Assert.True(a.Core.NextDeadline > a.Now, $"{a.Core.NextDeadline} against {a.Now}");
    }
}
