using System.Diagnostics.Metrics;

using Skerry.Gossip;

namespace Skerry.Interop.Tests.Serf;

/// <summary>What goes wrong between a Skerry node and Debian's serf ends the way both protocols mean it to.</summary>
public sealed class SerfTroubleTests : MixedGroup
{
    private const string OtherKey = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

    [Theory]
    [InlineData(OtherKey)]
    [InlineData(null)]
    public async Task Who_has_not_the_key_stays_outside_in_both_directions(string? serfKey)
    {
        await using var serf = await SerfAgent.StartAsync("debian", serfKey is null ? [] : [$"-encrypt={serfKey}"]);
        await using var skerry = await StartSkerryAsync("island", encrypted: true);
        await Assert.ThrowsAsync<GossipException>(() => skerry.JoinAsync([serf.Address.ToString()], CancellationToken.None));
        await serf.RunExpectingFailureAsync("join", skerry.LocalAddress.ToString());
        Assert.Null(await serf.MemberAsync("island"));
        Assert.Single(skerry.Members);
    }

    // Serf is told to others at a door that forwards TCP alone: no UDP packet meant for it arrives, acks to its own pings neither. Both sides must hold
    // each other by TCP pings, for longer than a suspicion would take to run out.
    [Fact]
    public async Task A_member_whose_UDP_is_blocked_is_kept_alive_over_TCP()
    {
        var streamPings = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "skerry.gossip.notices") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (var tag in tags) if (tag.Value is "OnlyStreamPing") Interlocked.Add(ref streamPings, (int)count);
        });
        listener.Start();

        var bind = SerfAgent.NewAddress();
        await using var door = new StreamOnlyDoor(bind);
        await using var serf = await SerfAgent.StartAsync("debian", bind, $"-advertise={door.Address}");
        await using var skerry = await StartSkerryAsync("island", encrypted: false);
        await using var watching = skerry.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        await skerry.JoinAsync([door.Address.ToString()], CancellationToken.None);
        await serf.SeesAsync("island", "alive");

        // A probe a second, and three seconds of suspicion: eight probes are well beyond what a member without TCP would live.
        await serf.UntilAsync(() => Task.FromResult(Volatile.Read(ref streamPings) >= 8), "eight probes answered over TCP alone");
        Assert.Equal(MemberStatus.Alive, skerry.Members["debian"].Status);
        Assert.Equal("alive", (await serf.MemberAsync("island"))!.Value.Status);
        Assert.True(await watching.MoveNextAsync());
        Assert.Equal(MembershipChange.Joined, watching.Current.Change);
        Assert.DoesNotContain("EventMemberFailed", serf.Tail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_whose_name_another_holds_is_told_to_stop()
    {
        await using var holder = await StartSerfAsync("debian", encrypted: false);
        await using var third = await StartSerfAsync("third", encrypted: false);
        await third.RunAsync("join", holder.Address.ToString());
        await holder.SeesAsync("third", "alive");

        await using var claimant = await StartSkerryAsync("debian", encrypted: false);
        await claimant.JoinAsync([third.Address.ToString()], CancellationToken.None);
        await third.UntilAsync(() => Task.FromResult(claimant.Evicted.IsCompleted), "the claimant to learn that the group sided with the other");
        Assert.Equal("alive", (await third.MemberAsync("debian"))!.Value.Status);
        Assert.False(holder.HasExited);
    }

    [Fact]
    public async Task A_serf_that_claims_a_Skerry_nodes_name_gives_up()
    {
        await using var skerry = await StartSkerryAsync("island", encrypted: false);
        await using var third = await StartSerfAsync("third", encrypted: false);
        await third.RunAsync("join", skerry.LocalAddress.ToString());
        await third.SeesAsync("island", "alive");

        await using var claimant = await StartSerfAsync("island", encrypted: false);
        await claimant.TryRunAsync("join", third.Address.ToString());
        await third.UntilAsync(() => Task.FromResult(claimant.HasExited), "the claimant to end");
        Assert.False(skerry.Evicted.IsCompleted);
        Assert.Equal("alive", (await third.MemberAsync("island"))!.Value.Status);
    }

    [Fact]
    public async Task A_pruned_member_is_forgotten_on_both_sides()
    {
        await using var serf = await StartSerfAsync("debian", encrypted: false);
        await using var gone = await StartSerfAsync("gone", encrypted: false);
        await using var skerry = await StartSkerryAsync("island", encrypted: false);
        await skerry.JoinAsync([serf.Address.ToString(), gone.Address.ToString()], CancellationToken.None);
        await SeesAsync(skerry, serf, "gone", MemberStatus.Alive);
        await serf.SeesAsync("gone", "alive");
        await gone.KillAsync();
        await serf.SeesAsync("gone", "failed");
        await SeesAsync(skerry, serf, "gone", MemberStatus.Failed);
        await serf.RunAsync("force-leave", "-prune", "gone");
        await serf.UntilAsync(async () => await serf.MemberAsync("gone") is null, "serf to forget the pruned member");
        await serf.UntilAsync(() => Task.FromResult(!skerry.Members.ContainsKey("gone")), "the Skerry node to forget the pruned member");
    }

    [Fact]
    public async Task A_serf_restarted_from_its_snapshot_finds_the_Skerry_node_by_itself_and_the_reverse()
    {
        var directory = Directory.CreateTempSubdirectory("skerry-test-").FullName;
        var serfSnapshot = $"-snapshot={Path.Combine(directory, "serf")}";
        var options = SkerryOptions("island", encrypted: true) with { SnapshotPath = Path.Combine(directory, "skerry") };
        await using var serf = await StartSerfAsync("debian", encrypted: true, serfSnapshot);
        var skerry = await StartSkerryAsync(options);
        options = options with { Bind = skerry.LocalAddress };
        await skerry.JoinAsync([serf.Address.ToString()], CancellationToken.None);
        await serf.SeesAsync("island", "alive");
        await serf.UntilAsync(
            async () =>
            {
                // Serf writes its snapshot out when something more happens half a second after the last time, not by itself.
                await serf.RunAsync("event", "something-more");
                return (await File.ReadAllTextAsync(Path.Combine(directory, "serf"))).Contains("alive: island", StringComparison.Ordinal);
            },
            "serf's snapshot to name the Skerry node");

        await serf.KillAsync();
        await SeesAsync(skerry, serf, "debian", MemberStatus.Failed);
        await using var again = await SerfAgent.StartAsync("debian", serf.Address, [.. SerfOptions(encrypted: true), serfSnapshot]);
        await SeesAsync(skerry, again, "debian", MemberStatus.Alive);

        await skerry.DisposeAsync();
        await again.SeesAsync("island", "failed");
        await using var back = await StartSkerryAsync(options);
        await again.SeesAsync("island", "alive");
        await SeesAsync(back, again, "debian", MemberStatus.Alive);
        Directory.Delete(directory, recursive: true);
    }
}
