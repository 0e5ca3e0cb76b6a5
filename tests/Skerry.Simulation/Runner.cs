using System.Diagnostics;

namespace Skerry.Simulation;

/// <summary>Runs seeds one after the other and tells how they went.</summary>
/// <param name="output">Where to.</param>
internal sealed class Runner(TextWriter output)
{
    private TimeSpan _simulated;

    /// <summary>Runs what the options ask for.</summary>
    /// <returns>The exit code: 0 all held, 1 some rule was broken.</returns>
    public int Run(RunnerOptions options)
    {
        var watch = Stopwatch.StartNew();
        var failures = new List<(ulong Seed, string Rule)>();
        for (var i = 0; i < options.Swarm; i++)
        {
            var seed = options.Seed + (ulong)i;
            if (options.Raft)
            {
                if (RunRaft(options, seed) is { } rule) failures.Add((seed, rule));
                continue;
            }

            var swarm = options.Draw(seed);
            if (options.Swarm == 1) output.WriteLine(swarm);
            if (options.Trace) output.WriteLine(Trace.Head);
            var result = GossipRun.Execute(swarm, options.Trace ? output.WriteLine : null, options is { Swarm: 1, Trace: false } ? Console.Error : null);
            output.WriteLine(result.Failure is null ? result.Summary : result.Report());
            if (result.Failure is not null) failures.Add((seed, (result.Failure as SimulationFailure)?.Rule ?? result.Failure.GetType().Name));
            else if (options.Twice && GossipRun.Execute(swarm).Hash != result.Hash) failures.Add((seed, "replay"));
        }

        Sum(options, failures, watch.Elapsed);
        return failures.Count == 0 ? 0 : 1;
    }

    private string? RunRaft(RunnerOptions options, ulong seed)
    {
        var swarm = options.DrawRaft(seed);
        if (options.Swarm == 1) output.WriteLine(swarm);
        if (options.Trace) output.WriteLine(Trace.Head);
        var result = RaftRun.Execute(swarm, options.Trace ? output.WriteLine : null);
        _simulated += new TimeSpan(result.Run.World.Now.Ticks);
        output.WriteLine(result.Failure is null ? result.Summary : result.Report());
        if (result.Failure is not null) return (result.Failure as SimulationFailure)?.Rule ?? result.Failure.GetType().Name;
        return options.Twice && RaftRun.Execute(swarm).Hash != result.Hash ? "replay" : null;
    }

    private void Sum(RunnerOptions options, List<(ulong Seed, string Rule)> failures, TimeSpan elapsed)
    {
        using var process = Process.GetCurrentProcess();
        output.WriteLine($"{options.Swarm} run, {failures.Count} failed, {elapsed.TotalSeconds:0.0} s, peak memory {process.PeakWorkingSet64 >> 20} MiB");
        if (_simulated > TimeSpan.Zero) output.WriteLine($"  {_simulated.TotalHours:0.00} h simulated");
        foreach (var rule in failures.GroupBy(f => f.Rule))
            output.WriteLine($"  {rule.Key}: {rule.Count()} of seeds {string.Join(' ', rule.Take(20).Select(f => f.Seed))}");
    }
}
