using System.Globalization;
using System.Text;

namespace Skerry.Simulation;

/// <summary>How a <see cref="RaftRun"/> ended.</summary>
/// <param name="Options">What it was made from.</param>
/// <param name="Run">The run.</param>
/// <param name="Failure">The broken rule or invariant; null when all held.</param>
/// <param name="Elapsed">Real time it took.</param>
internal sealed record RaftResult(RaftSwarm Options, RaftRun Run, Exception? Failure, TimeSpan Elapsed)
{
    private const int LinesShown = 80;

    /// <summary>Sums up all that happened.</summary>
    public ulong Hash => Run.World.Hash;

    /// <summary>One line for a run that went well.</summary>
    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Options.Seed}  voters {Options.Voters}+{Options.Others}  simulated {new TimeSpan(Run.World.Now.Ticks).TotalSeconds:0} s  steps {Run.World.Steps}  " +
        $"calls {Run.Group.History.Count} {Run.Verdict}  committed {Run.Ledger.Committed}  leaders {Run.Ledger.Elections}  changes {Run.Ledger.Changes}  restores {Run.Ledger.Restores}  " +
        $"wipes {Run.Wipes}  flips {Run.Flips}  write crashes {Run.Group.WriteCrashes}  hash {Hash:x16}  {Elapsed.TotalSeconds:0.00} s");

    /// <summary>All a person needs to understand and replay a run that failed: seed, options, rule, last events.</summary>
    public string Report()
    {
        var text = new StringBuilder();
        text.AppendLine("FAILED " + Failure?.Message);
        text.AppendLine(Options.ToString());
        text.AppendLine(CultureInfo.InvariantCulture, $"hash     {Hash:x16} at step {Run.World.Steps}");
        text.AppendLine("replay   dotnet run --project tests/Skerry.Simulation -c Release -- " + Options.ReplayArguments);
        text.AppendLine();
        text.AppendLine(Trace.Head);
        foreach (var line in Run.World.Trace.Lines(LinesShown)) text.AppendLine(line);
        if (Failure is not SimulationFailure) text.AppendLine().Append(Failure);
        return text.ToString();
    }
}
