
using Skerry.Gossip;

namespace Skerry.Interop.Tests.Serf;

/// <summary>A Skerry node and Debian's serf as members of one group.</summary>
public sealed class SerfPeerTests : MixedGroup
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task Either_joins_the_other_and_sees_its_tags(bool encrypted, bool skerryJoins)
    {
        await using var serf = await StartSerfAsync("debian", encrypted, "-tag=role=web", "-tag=x=y");
        await using var skerry = await StartSkerryAsync("island", encrypted);
        if (skerryJoins) await skerry.JoinAsync([serf.Address.ToString()], CancellationToken.None);
        else await serf.RunAsync("join", skerry.LocalAddress.ToString());

        await serf.SeesAsync("island", "alive");
        await SeesAsync(skerry, serf, "debian", MemberStatus.Alive);
        Assert.Equal("rock", (await serf.MemberAsync("island"))!.Value.Tags["role"]);
        Assert.Equal("web", skerry.Members["debian"].Tags["role"]);
        Assert.Equal("y", skerry.Members["debian"].Tags["x"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_changed_tag_arrives_both_ways(bool encrypted)
    {
        await using var serf = await StartSerfAsync("debian", encrypted, "-tag=role=web");
        await using var skerry = await StartSkerryAsync("island", encrypted);
        await skerry.JoinAsync([serf.Address.ToString()], CancellationToken.None);
        await serf.SeesAsync("island", "alive");

        await serf.RunAsync("tags", "-set", "role=db");
        await serf.UntilAsync(() => Task.FromResult(skerry.Members["debian"].Tags["role"] == "db"), "the Skerry node to see serf's new tag");
        await skerry.SetTagsAsync(skerry.Members["island"].Tags.SetItem("role", "reef"), CancellationToken.None);
        await serf.UntilAsync(async () => (await serf.MemberAsync("island"))!.Value.Tags["role"] == "reef", "serf to see the new tag");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_graceful_leave_of_either_is_seen_as_left(bool encrypted)
    {
        await using var serf = await StartSerfAsync("debian", encrypted);
        await using var leaver = await StartSerfAsync("leaver", encrypted);
        await using var skerry = await StartSkerryAsync("island", encrypted);
        await skerry.JoinAsync([serf.Address.ToString(), leaver.Address.ToString()], CancellationToken.None);
        await serf.SeesAsync("island", "alive");
        await SeesAsync(skerry, serf, "leaver", MemberStatus.Alive);

        await leaver.RunAsync("leave");
        await SeesAsync(skerry, serf, "leaver", MemberStatus.Left);
        await skerry.LeaveAsync(CancellationToken.None);
        await serf.SeesAsync("island", "left");
        Assert.DoesNotContain("EventMemberFailed", serf.Tail(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_serf_is_seen_as_failed_and_its_return_as_alive(bool encrypted)
    {
        await using var stays = await StartSerfAsync("stays", encrypted);
        await using var serf = await StartSerfAsync("debian", encrypted);
        await using var skerry = await StartSkerryAsync("island", encrypted);
        await skerry.JoinAsync([serf.Address.ToString(), stays.Address.ToString()], CancellationToken.None);
        await stays.SeesAsync("debian", "alive");
        await SeesAsync(skerry, stays, "debian", MemberStatus.Alive);
        await serf.KillAsync();
        await SeesAsync(skerry, stays, "debian", MemberStatus.Failed);
        await stays.SeesAsync("debian", "failed");

        await using var again = await SerfAgent.StartAsync("debian", serf.Address, SerfOptions(encrypted));
        await again.RunAsync("join", skerry.LocalAddress.ToString());
        await SeesAsync(skerry, stays, "debian", MemberStatus.Alive);
        Assert.True(skerry.Members["debian"].Incarnation > 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_skerry_agent_is_seen_as_failed_and_a_restarted_one_refutes_that(bool encrypted)
    {
        var address = SerfAgent.NewAddress();
        await using var serf = await StartSerfAsync("debian", encrypted);
        await using var skerry = SkerryAgent.Start("island", address, serf.Address, encrypted ? Key : null);
        await serf.SeesAsync("island", "alive", () => skerry.Log);
        await skerry.KillAsync();
        await serf.SeesAsync("island", "failed");

        await using var again = SkerryAgent.Start("island", address, serf.Address, encrypted ? Key : null);
        await serf.SeesAsync("island", "alive", () => again.Log);
        // The new process knows nothing of its former life: it is alive again only because it overruled what serf told it of itself.
        await serf.UntilAsync(() => Task.FromResult(again.Log.Contains("debian joined", StringComparison.Ordinal)), "the restarted agent to tell of serf", () => again.Log);
    }

    [Fact]
    public async Task Serf_forces_a_failed_member_out_and_the_skerry_node_agrees()
    {
        await using var serf = await StartSerfAsync("debian", encrypted: false);
        await using var gone = await StartSerfAsync("gone", encrypted: false);
        await using var skerry = await StartSkerryAsync("island", encrypted: false);
        await skerry.JoinAsync([serf.Address.ToString(), gone.Address.ToString()], CancellationToken.None);
        await SeesAsync(skerry, serf, "gone", MemberStatus.Alive);
        // Who dies before anybody told serf of it is never known to serf: a suspicion takes the place of the news that it lives.
        await serf.SeesAsync("gone", "alive");
        await gone.KillAsync();
        await serf.SeesAsync("gone", "failed");
        await SeesAsync(skerry, serf, "gone", MemberStatus.Failed);
        await serf.RunAsync("force-leave", "gone");
        await SeesAsync(skerry, serf, "gone", MemberStatus.Left);
    }

    [Fact]
    public async Task The_skerry_node_forces_a_failed_member_out_and_serf_agrees()
    {
        await using var serf = await StartSerfAsync("debian", encrypted: false);
        await using var gone = await StartSerfAsync("gone", encrypted: false);
        await using var skerry = await StartSkerryAsync("island", encrypted: false);
        await skerry.JoinAsync([serf.Address.ToString(), gone.Address.ToString()], CancellationToken.None);
        await serf.SeesAsync("gone", "alive");
        await gone.KillAsync();
        await SeesAsync(skerry, serf, "gone", MemberStatus.Failed);
        await serf.SeesAsync("gone", "failed");
        Assert.True(await skerry.ForceLeaveAsync("gone", prune: false, CancellationToken.None));
        await serf.SeesAsync("gone", "left");
    }

    [Fact]
    public async Task Queries_are_acknowledged_and_events_passed_on()
    {
        await using var serf = await StartSerfAsync("debian", encrypted: false);
        await using var other = await StartSerfAsync("other", encrypted: false);
        await using var skerry = await StartSkerryAsync("island", encrypted: false);
        await skerry.JoinAsync([serf.Address.ToString(), other.Address.ToString()], CancellationToken.None);
        await serf.SeesAsync("island", "alive");
        await serf.SeesAsync("other", "alive");

        var answer = await serf.RunAsync("query", "-timeout=2s", "-node=island", "ping");
        Assert.Contains("Ack from 'island'", answer, StringComparison.Ordinal);
        var none = await serf.RunAsync("query", "-timeout=1s", "-tag=role=nobody.*", "ping");
        Assert.DoesNotContain("Ack from 'island'", none, StringComparison.Ordinal);
        var some = await serf.RunAsync("query", "-timeout=2s", "-tag=role=ro.k", "-relay-factor=1", "ping");
        Assert.Contains("Ack from 'island'", some, StringComparison.Ordinal);

        await serf.RunAsync("event", "deploy", "v1");
        await other.UntilAsync(() => Task.FromResult(other.Tail().Contains("deploy", StringComparison.Ordinal)), "the event at the other serf");
        Assert.Equal(MemberStatus.Alive, skerry.Members["debian"].Status);
    }

    [Fact]
    public async Task Both_know_how_far_the_other_is()
    {
        await using var serf = await StartSerfAsync("debian", encrypted: false);
        await using var skerry = await StartSkerryAsync("island", encrypted: false);
        await skerry.JoinAsync([serf.Address.ToString()], CancellationToken.None);
        await serf.SeesAsync("island", "alive");
        await serf.UntilAsync(async () => (await serf.TryRunAsync("rtt", "island", "debian")).ExitCode == 0, "serf to know the Skerry node's coordinate");
        await serf.UntilAsync(() => Task.FromResult(skerry.CoordinateOf("debian") is not null), "the Skerry node to know serf's coordinate");
        var estimate = await serf.RunAsync("rtt", "island", "debian");
        Assert.Matches(@"Estimated island <-> debian rtt: \d+\.\d+ ms", estimate);
        Assert.InRange(skerry.Coordinate.RoundTripTo(skerry.CoordinateOf("debian")!), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Keys_rotate_across_the_mixed_group()
    {
        const string next = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
        await using var serf = await StartSerfAsync("debian", encrypted: true);
        await using var skerry = await StartSkerryAsync("island", encrypted: true);
        await skerry.JoinAsync([serf.Address.ToString()], CancellationToken.None);
        await serf.SeesAsync("island", "alive");

        await serf.RunAsync("keys", $"-install={next}");
        await serf.RunAsync("keys", $"-use={next}");
        await serf.RunAsync("keys", $"-remove={Key}");
        var keys = await serf.RunAsync("keys", "-list");
        Assert.Matches($@"\[2/2\][^\n]*{System.Text.RegularExpressions.Regex.Escape(next)}|{System.Text.RegularExpressions.Regex.Escape(next)}[^\n]*\[2/2\]", keys);
        await skerry.LeaveAsync(CancellationToken.None);
        await serf.SeesAsync("island", "left");
    }
}
