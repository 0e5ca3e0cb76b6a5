using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Skerry.Bench.Gossip;

/// <summary>Runs one fleet through a round: start, join, rest, kill one after the other.</summary>
/// <param name="agents">How many agents.</param>
/// <param name="warmUp">How long they are left alone before that: gossip of the joins runs dry, compilers settle.</param>
/// <param name="idle">How long they are watched at rest.</param>
/// <param name="kills">How many of them are killed, one after the other.</param>
internal sealed class RoundRunner(int agents, TimeSpan warmUp, TimeSpan idle, int kills)
{
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<Round> RunAsync(IFleet fleet, CancellationToken cancellation)
    {
        var fleetAgents = new List<AgentProcess>();
        try
        {
            for (var i = 1; i <= agents; i++) fleetAgents.Add(fleet.Start($"n{i}", new IPAddress([127, 77, 0, (byte)i])));
            var convergence = await JoinAsync(fleet, fleetAgents, cancellation);
            await Task.Delay(warmUp, cancellation);
            var startCpu = fleetAgents.Average(agent => agent.CpuSeconds);
            var rest = await RestAsync(fleetAgents, cancellation);
            var memory = fleetAgents.Average(agent => agent.ResidentMiB);

            var last = new List<double>();
            var first = new List<double>();
            for (var kill = 0; kill < kills; kill++)
            {
                var (firstSeen, lastSeen) = await KillAsync(fleetAgents, cancellation);
                first.Add(firstSeen);
                last.Add(lastSeen);
            }

            return new Round(convergence, startCpu, rest.Cpu, rest.Bytes, rest.Packets, memory, last, first);
        }
        finally
        {
            foreach (var agent in fleetAgents) agent.Dispose();
        }
    }

    private static async Task<double> JoinAsync(IFleet fleet, List<AgentProcess> agents, CancellationToken cancellation)
    {
        await UntilAsync(() => TryJoinFirstAsync(fleet, agents, cancellation), "the first agents to answer on their control ports", agents, cancellation);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(agents.Skip(2).Select(agent => fleet.JoinAsync(agent, agents[0].Address, cancellation)));
        // An agent's log names itself among those who joined.
        await UntilAsync(() => Task.FromResult(agents.All(agent => agent.JoinedCount >= agents.Count - 1)), "all agents to know all", agents, cancellation);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<bool> TryJoinFirstAsync(IFleet fleet, List<AgentProcess> agents, CancellationToken cancellation)
    {
        try
        {
            await fleet.JoinAsync(agents[^1], agents[^1].Address, cancellation);
            await fleet.JoinAsync(agents[1], agents[0].Address, cancellation);
            foreach (var agent in agents) await fleet.JoinAsync(agent, agent.Address, cancellation);
            return true;
        }
        catch (Exception refused) when (refused is HttpRequestException or System.Net.Sockets.SocketException or IOException)
        {
            return false;
        }
    }

    private async Task<(double Cpu, double Bytes, double Packets)> RestAsync(List<AgentProcess> agents, CancellationToken cancellation)
    {
        var cpu = agents.Sum(agent => agent.CpuSeconds);
        var (bytes, packets) = LoopbackSent();
        var started = Stopwatch.GetTimestamp();
        await Task.Delay(idle, cancellation);
        var scale = agents.Count * Stopwatch.GetElapsedTime(started).TotalSeconds;
        var (bytesAfter, packetsAfter) = LoopbackSent();
        return ((agents.Sum(agent => agent.CpuSeconds) - cpu) * 1000 / scale, (bytesAfter - bytes) / scale, (packetsAfter - packets) / scale);
    }

    private static async Task<(double First, double Last)> KillAsync(List<AgentProcess> agents, CancellationToken cancellation)
    {
        var victim = agents[^1];
        agents.Remove(victim);
        var killed = Stopwatch.GetTimestamp();
        victim.Dispose();
        await UntilAsync(() => Task.FromResult(agents.All(agent => agent.FailedAt(victim.Node) is not null)), $"all to hold {victim.Node} failed", agents, cancellation);
        var delays = agents.Select(agent => Stopwatch.GetElapsedTime(killed, agent.FailedAt(victim.Node)!.Value).TotalSeconds).ToList();
        return (delays.Min(), delays.Max());
    }

    private static (long Bytes, long Packets) LoopbackSent()
    {
        var line = File.ReadLines("/proc/net/dev").First(line => line.TrimStart().StartsWith("lo:", StringComparison.Ordinal));
        var fields = line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (long.Parse(fields[8], CultureInfo.InvariantCulture), long.Parse(fields[9], CultureInfo.InvariantCulture));
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what, List<AgentProcess> agents, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {what}. The log of {agents[0].Node} ends:\n{agents[0].LastLines}");
            await Task.Delay(PollPause, cancellation);
        }
    }
}
