using System.Diagnostics;

using Skerry.Lab.Fabric;
using Skerry.Lab.Nemesis;

namespace Skerry.Lab.Scenarios;

/// <summary>Groups of whole agents to which things happen while clients at all of them keep on asking: some order must explain every answer that was given.</summary>
public sealed class NemesisTests
{
    /// <summary>How long a fault lasts: more than four election timeouts, and than any lease of a leader.</summary>
    private static readonly TimeSpan Fault = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(0.5);

    [Fact]
    public async Task Three_servers_stay_one_register_lock_and_set_whatever_happens_to_one_of_them_or_to_all()
    {
        if (Requirements.FakeTime is null) Assert.Skip("not installed: libfaketime (Debian's faketime)");
        await using var cluster = await Cluster.StartAsync(3, ownClocks: true);
        await using var run = new NemesisRun(cluster, "three servers");
        await run.SufferAsync("the leader is killed and comes back", async () =>
        {
            var leader = cluster[await cluster.LeaderAsync()];
            await leader.KillAsync();
            await Task.Delay(Fault); // the fault lasts
            await leader.RunAsync();
        });
        await run.SufferAsync("a follower is killed and comes back", async () =>
        {
            var leader = await cluster.LeaderAsync();
            var follower = cluster[cluster.Names.First(name => name != leader)];
            await follower.KillAsync();
            await Task.Delay(Fault); // the fault lasts
            await follower.RunAsync();
        });
        await run.SufferAsync("the leader is cut off", () => CutLeaderAsync(cluster, CutDirection.Both));
        await run.SufferAsync("the leader hears nobody", () => CutLeaderAsync(cluster, CutDirection.In));
        await run.SufferAsync("nobody hears the leader", () => CutLeaderAsync(cluster, CutDirection.Out));
        await run.SufferAsync("the leader stands still", async () =>
        {
            var leader = cluster[await cluster.LeaderAsync()];
            leader.Freeze();
            await Task.Delay(Fault); // the fault lasts
            leader.Thaw();
        });
        await run.SufferAsync("the leader's clock leaps an hour ahead and back", async () =>
        {
            var leader = cluster[await cluster.LeaderAsync()];
            foreach (var hours in new[] { 1, -1, 0 })
            {
                leader.SetClock(TimeSpan.FromHours(hours));
                await leader.UntilAsync(async () => Math.Abs((await leader.ClockAsync() - DateTimeOffset.UtcNow - TimeSpan.FromHours(hours)).TotalMinutes) < 5, $"to be {hours} h ahead");
            }
        });
        await run.SufferAsync("all are killed at once and come back", async () =>
        {
            await Task.WhenAll(cluster.Names.Select(name => cluster[name].KillAsync()));
            await Task.WhenAll(cluster.Names.Select(name => cluster[name].RunAsync()));
        });
        await run.EndAsync();
    }

    [Fact]
    public async Task Five_servers_go_on_without_two_of_them()
    {
        await using var cluster = await Cluster.StartAsync(5);
        await using var run = new NemesisRun(cluster, "five servers");
        await run.SufferAsync("the leader and a follower are cut off together", async () =>
        {
            var leader = await cluster.LeaderAsync();
            await using var cut = await cluster.CutAsync([leader, cluster.Names.First(name => name != leader)]);
            await Task.Delay(Fault); // the fault lasts
        });
        await run.SufferAsync("the leader is killed while a follower stands still", async () =>
        {
            var leader = await cluster.LeaderAsync();
            var frozen = cluster[cluster.Names.Last(name => name != leader)];
            frozen.Freeze();
            await cluster[leader].KillAsync();
            await Task.Delay(Fault); // the fault lasts
            frozen.Thaw();
            await cluster[leader].RunAsync();
        });
        await run.EndAsync();
    }

    private static async Task CutLeaderAsync(Cluster cluster, CutDirection direction)
    {
        await using var cut = await cluster.CutAsync([await cluster.LeaderAsync()], direction);
        await Task.Delay(Fault); // the fault lasts
    }

    /// <summary>Faults one after the other, each with objects of its own, under clients that never stop.</summary>
    private sealed class NemesisRun(Cluster cluster, string title) : IAsyncDisposable
    {
        private const int ClientsPerServer = 2;

        private readonly History _history = new();
        private readonly List<string> _recoveries = [];
        private HistoryClients? _clients;

        public async Task SufferAsync(string name, Func<Task> doAsync)
        {
            _clients ??= new HistoryClients(cluster, _history, ClientsPerServer);
            await Task.Delay(Calm); // clients see the group sound
            await doAsync();
            var healed = Stopwatch.GetTimestamp();
            await cluster.UntilServingAsync();
            _recoveries.Add($"{name} {Stopwatch.GetElapsedTime(healed).TotalSeconds:0.0} s");
            await Task.Delay(Calm); // clients see the group sound
            _clients.NextRound();
        }

        public async Task EndAsync()
        {
            await DisposeAsync();
            var began = Stopwatch.GetTimestamp();
            _history.AssertLinearizable();
            var (open, refused) = _history.Failures;
            Report.Add($"nemesis: {title}", $"{_history.Count} calls through etcd's and Consul's API linearizable, {open} of them never answered, {refused} more refused; checked in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
            Report.Add($"nemesis: {title}, all serve again after it", string.Join("; ", _recoveries));
            Assert.True(_history.Count > 20 * _recoveries.Count, $"Only {_history.Count} calls were answered: too few to mean something.");
            Assert.True(_history.Fewest > 2 * _recoveries.Count, $"A client got only {_history.Fewest} answers: too few to mean something.");
        }

        public async ValueTask DisposeAsync()
        {
            if (_clients is null) return;
            await _clients.DisposeAsync();
            _clients = null;
        }
    }
}
