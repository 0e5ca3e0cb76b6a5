using System.Diagnostics;

using Skerry.Api.Etcd.Wire;
using Skerry.Lab.Nemesis;

namespace Skerry.Lab.Scenarios;

/// <summary>What an operator does to all servers of a group, one by one, while users write at all of them.</summary>
public sealed class RollingTests
{
    /// <summary>Of the requests under way when a server goes, those that it has passed on and cannot answer any more.</summary>
    private const double MostErrors = 0.02;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task All_servers_are_restarted_in_turn_and_no_acknowledged_write_is_lost()
    {
        await using var cluster = await Cluster.StartAsync(3);
        await using var load = new WriteLoad(cluster);
        foreach (var name in cluster.Names)
        {
            await UntilWritingAsync(load);
            await cluster[name].StopAsync();
            await UntilWritingAsync(load);
            await cluster[name].RunAsync();
            await cluster.UntilServingAsync(name);
        }

        await EndAsync(load, "group: all servers restarted under load");
    }

    [Fact]
    public async Task All_servers_are_replaced_in_turn_by_empty_disks_and_then_by_others_and_no_acknowledged_write_is_lost()
    {
        await using var cluster = await Cluster.StartAsync(servers: 3, machines: 6);
        await using var load = new WriteLoad(cluster);
        var first = cluster.Names;
        foreach (var name in first)
        {
            await UntilWritingAsync(load);
            var before = (await cluster.MembersAsync(name)).Single(member => member.Name == name).ID;
            await cluster[name].KillAsync();
            cluster[name].Wipe();
            await cluster[name].RunAsync();
            await UntilMembersAsync(cluster, name, members => members.Count == 3 && members.All(member => !member.IsLearner && member.ID != before), $"{name} to vote again with a new disk");
        }

        string[] others = ["s4", "s5", "s6"];
        await Task.WhenAll(others.Select(name => cluster.AddAsync(name)));
        await UntilMembersAsync(cluster, "s4", members => members.Count(member => !member.IsLearner) == 6, "six to vote");
        foreach (var name in first)
        {
            await UntilWritingAsync(load);
            var leaving = (await cluster.MembersAsync("s4")).Single(member => member.Name == name);
            await cluster[name].StopAsync();
            await RemoveAsync(cluster, leaving.ID);
            await UntilMembersAsync(cluster, "s4", members => members.All(member => member.ID != leaving.ID), $"{name} to be gone");
        }

        await EndAsync(load, "group: all servers replaced under load, twice");
    }

    private static async Task EndAsync(WriteLoad load, string title)
    {
        await UntilWritingAsync(load);
        await load.AssertNothingLostAsync();
        Report.Add(title, load.ToString());
        Assert.True(load.ErrorShare < MostErrors, $"Too many errors: {load}");
    }

    private static async Task UntilWritingAsync(WriteLoad load)
    {
        var from = load.Acknowledged;
        for (var began = Stopwatch.GetTimestamp(); load.Acknowledged < from + 50; await Task.Delay(20)) // between two polls
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"Nobody writes any more: {load}");
        }
    }

    private static async Task UntilMembersAsync(Cluster cluster, string server, Func<IReadOnlyList<Member>, bool> condition, string what)
    {
        IReadOnlyList<Member> members = [];
        for (var began = Stopwatch.GetTimestamp(); !condition(members); await Task.Delay(100)) // between two polls
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"Waited for {what}: {string.Join(", ", members)}\n{cluster.Tails()}");
            try
            {
                members = await cluster.MembersAsync(server);
            }
            catch (CallFailure)
            {
                // It comes up, or has no leader.
            }
        }
    }

    private static async Task RemoveAsync(Cluster cluster, ulong member)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(200)) // between two polls
        {
            try
            {
                await cluster.ClientOf("s4").CallAsync("Cluster/MemberRemove", new MemberRemoveRequest { ID = member }, MembersResponse.Parser, TimeSpan.FromSeconds(5));
                return;
            }
            catch (CallFailure failure)
            {
                if (failure.Message.Contains("not found", StringComparison.OrdinalIgnoreCase)) return; // an answer was lost
                Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"Not removed: {failure.Message}");
            }
        }
    }
}
