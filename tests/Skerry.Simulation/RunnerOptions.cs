using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Skerry.Simulation;

/// <summary>What the runner is asked to do.</summary>
internal sealed record RunnerOptions
{
    /// <summary>Above this many nodes a run is of a large group (<see cref="GossipSwarm.Large"/>), not drawn from the seed.</summary>
    public const int LargeNodes = 100;

    /// <summary>How to call it.</summary>
    public const string Usage = """
        Usage: dotnet run --project tests/Skerry.Simulation -c Release -- [options]
          --seed N      the seed to run, or the first of a swarm      (default 1)
          --swarm N     (or --seeds N) run N seeds, one after the other; every failure is reported with how to replay it
          --nodes N     this many nodes instead of as many as the seed says; above 100 a large group with churn
          --minutes M   faults for M simulated minutes instead of as long as the seed says
          --twice       run each seed twice and compare the hashes
          --trace       print every event as it happens
          --raft        groups that agree (Raft), not groups that gossip; --nodes is then the number of founding voters
        """;

    /// <summary>The first seed.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How many seeds.</summary>
    public int Swarm { get; init; } = 1;

    /// <summary>Nodes; null: as the seed says.</summary>
    public int? Nodes { get; init; }

    /// <summary>Minutes of faults; null: as the seed says.</summary>
    public double? Minutes { get; init; }

    /// <summary>Whether each seed runs twice.</summary>
    public bool Twice { get; init; }

    /// <summary>Whether every event is printed.</summary>
    public bool Trace { get; init; }

    /// <summary>Whether Raft groups are run.</summary>
    public bool Raft { get; init; }

    /// <summary>Reads the command line.</summary>
    public static bool TryParse(string[] arguments, out RunnerOptions options, [NotNullWhen(false)] out string? error)
    {
        options = new RunnerOptions();
        error = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (name is "--trace" or "--twice" or "--raft")
            {
                options = name switch
                {
                    "--trace" => options with { Trace = true },
                    "--twice" => options with { Twice = true },
                    _ => options with { Raft = true },
                };
                continue;
            }

            var value = i + 1 < arguments.Length ? arguments[++i] : "";
            var parsed = name switch
            {
                "--seed" when ulong.TryParse(value, CultureInfo.InvariantCulture, out var seed) => options with { Seed = seed },
                "--swarm" or "--seeds" when int.TryParse(value, CultureInfo.InvariantCulture, out var swarm) && swarm > 0 => options with { Swarm = swarm },
                "--nodes" when int.TryParse(value, CultureInfo.InvariantCulture, out var nodes) && nodes > 1 => options with { Nodes = nodes },
                "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out var minutes) && minutes >= 0 => options with { Minutes = minutes },
                _ => null,
            };
            if (parsed is null)
            {
                error = $"'{name} {value}' is not an option with a value it can have.";
                return false;
            }

            options = parsed;
        }

        return true;
    }

    /// <summary>The options of one seed's run of a Raft group.</summary>
    public RaftSwarm DrawRaft(ulong seed)
    {
        var drawn = RaftSwarm.Draw(seed);
        return drawn with
        {
            Voters = Nodes ?? drawn.Voters,
            Storm = Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : drawn.Storm,
            ReplayArguments = "--raft " + ReplayOf(seed),
        };
    }

    /// <summary>The options of one seed's run.</summary>
    public GossipSwarm Draw(ulong seed)
    {
        var replay = ReplayOf(seed);
        if (Nodes > LargeNodes) return GossipSwarm.Large(seed, Nodes.Value, TimeSpan.FromMinutes(Minutes ?? 2)) with { ReplayArguments = replay };
        var drawn = GossipSwarm.Draw(seed);
        return drawn with
        {
            Nodes = Nodes ?? drawn.Nodes,
            Storm = Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : drawn.Storm,
            ReplayArguments = replay,
        };
    }

    private string ReplayOf(ulong seed) =>
        string.Create(CultureInfo.InvariantCulture, $"--seed {seed}{(Nodes is { } n ? $" --nodes {n}" : "")}{(Minutes is { } m ? $" --minutes {m}" : "")} --trace");
}
