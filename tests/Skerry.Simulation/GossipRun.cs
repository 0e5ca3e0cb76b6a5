using System.Diagnostics;

using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// One run of a gossip group from its options: it forms, a storm passes over it, it must find together again, stay still while nothing
/// happens, notice a crash and honour a goodbye.
/// </summary>
internal sealed class GossipRun
{
    private static readonly TimeSpan Still = TimeSpan.FromMinutes(1);

    private readonly GossipSwarm _options;
    private readonly Storm _storm;
    private readonly GossipChurn _churn;
    private readonly ConvergenceChecker _convergence;
    private readonly DetectionChecker _detection;
    private readonly FalseFailureChecker _falseFailures;

    /// <summary>A run that has not begun.</summary>
    public GossipRun(GossipSwarm options)
    {
        _options = options;
        World = new World(options.Seed);
        Group = new GossipGroup(World, options);
        _storm = new Storm(World, options.Faults);
        _storm.ShapeMachines();
        _churn = new GossipChurn(Group);
        _convergence = new ConvergenceChecker(Group);
        _detection = new DetectionChecker(Group);
        _falseFailures = new FalseFailureChecker(Group) { AllowsFalseFailures = !options.IsMild };
        World.Checkers.AddRange([new EventOrderChecker(Group), _falseFailures, _detection, new HeldDeadChecker(Group), _convergence]);
        if (options.HasBytes) World.Checkers.Add(new IncarnationChecker(Group));
    }

    /// <summary>The world it plays in.</summary>
    public World World { get; }

    /// <summary>The group it plays with.</summary>
    public GossipGroup Group { get; }

    /// <summary>The longest that views were wrong on a quiet network.</summary>
    public TimeSpan LongestConvergence => _convergence.Longest;

    /// <summary>The longest from a crash on a quiet network to all knowing.</summary>
    public TimeSpan LongestDetection => _detection.Longest;

    /// <summary>The network once all faults are over: as usual, but with no more loss and reordering than the profile is made for.</summary>
    private NetworkOptions Calm => _options.Network with
    {
        Loss = Math.Min(_options.Network.Loss, _options.CalmLoss),
        Reorder = Math.Min(_options.Network.Reorder, _options.CalmLoss),
    };

    /// <summary>Plays the options of a seed from beginning to end; a broken rule ends up in the result.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="trace">Hears of every event as it happens.</param>
    /// <param name="progress">Hears every few seconds how far the run has come.</param>
    public static GossipResult Execute(GossipSwarm options, Action<string>? trace = null, TextWriter? progress = null)
    {
        var run = new GossipRun(options);
        run.World.Trace.Listener = trace;
        if (progress is not null) run.Watch(new ProgressReport(progress, run.World));
        var watch = Stopwatch.StartNew();
        Exception? failure = null;
        try
        {
            run.Play();
        }
        catch (Exception error) when (error is SimulationFailure or InvariantException or NullReferenceException or InvalidOperationException
            or ArgumentException or IndexOutOfRangeException or KeyNotFoundException or OverflowException)
        {
            // A core that throws has failed as much as one that breaks a rule.
            failure = error;
        }

        return new GossipResult(options, run, failure, watch.Elapsed);
    }

    private void Watch(ProgressReport progress)
    {
        World.Checkers.Add(progress);
        World.LifeChanged += progress.OnLifeChanged;
    }

    /// <summary>From now on running nodes may be reported failed: what comes is strong enough for that.</summary>
    public void AllowFalseFailures() => _falseFailures.AllowsFalseFailures = true;

    /// <summary>All acts in order.</summary>
    public void Play()
    {
        if (_options.IsBornInStorm) PassStorm(() => Group.StartAll(TimeSpan.FromSeconds(10)));
        else
        {
            Form();
            PassStorm();
        }

        StayStill();
        CrashOne();
        LeaveOne();
    }

    /// <summary>All start within ten seconds and must find each other, on a network that lets them.</summary>
    public void Form()
    {
        if (_options.IsPreloaded)
        {
            Group.StartSettled();
            return;
        }

        Group.StartAll(TimeSpan.FromSeconds(10));
        World.RunFor(TimeSpan.FromSeconds(10));
        if (Group.IsQuiet) Converge("form");
        else World.RunFor(TimeSpan.FromMinutes(1));
    }

    /// <summary>Faults come, then end; views must be equal again within the bound (the checkers say so if not).</summary>
    public void PassStorm(Action? before = null)
    {
        World.Note("storm", -1, -1, _options.Storm);
        _storm.Begin();
        _churn.Begin();
        before?.Invoke();
        World.RunFor(_options.Storm);
        _churn.End();
        _storm.End(Calm);
        World.RunFor(GossipHost.LongestLeave);
        Rejoin();
        Converge("calm");
    }

    /// <summary>Nothing happens, so nothing may be reported.</summary>
    public void StayStill()
    {
        var reports = Group.Counts.Sum();
        World.RunFor(Still);
        if (Group.Counts.Sum() != reports)
            throw new SimulationFailure("stillness", $"{Group.Counts.Sum() - reports} events were reported though nothing happened for {Still.TotalSeconds:0} s.");
        Group.Audit();
    }

    /// <summary>One node crashes; all must know within the bound.</summary>
    public void CrashOne()
    {
        var running = World.Nodes.Where(n => n.IsRunning).ToArray();
        World.Crash(running[World.Random.Next(running.Length)], withMachine: World.Random.Chance(0.5));
        Converge("crash");
    }

    /// <summary>One node says goodbye; all must hold it left, and nobody ever failed (the checkers say so if not).</summary>
    public void LeaveOne()
    {
        var running = World.Nodes.Where(n => n.IsRunning).ToArray();
        if (running.Length < 2) return;
        Group.Leave(running[World.Random.Next(running.Length)].Index);
        World.RunFor(GossipHost.LongestLeave);
        Converge("leave");
        World.RunFor(Still);
        Group.Audit();
    }

    /// <summary>Runs until views are equal; a checker stops it when that takes too long.</summary>
    public void Converge(string act)
    {
        World.Note(act, -1, -1, null);
        var limit = Group.Bounds.Convergence(_options.Nodes) * 2;
        if (!World.RunUntil(() => _options.HasBytes ? Group.IsEqual() : Group.Ledger.Wrong == 0, limit))
            throw new SimulationFailure("convergence", $"views are not equal {limit.TotalSeconds:0} s into act '{act}': {Group.DescribeWrongViews()}.");
        World.Note("equal", -1, -1, null);
    }

    /// <summary>
    /// Nodes that crashed at once may have come back knowing only each other. That is no fault of the protocol: an operator joins such
    /// islands by hand, and so does this.
    /// </summary>
    private void Rejoin()
    {
        var islands = Group.Islands();
        for (var i = 1; i < islands.Count; i++)
        {
            var (member, contact) = (islands[i][0], islands[0][0]);
            World.Command<GossipHost>(World.Nodes[member], "rejoin", (host, now) => host.Join(contact, now));
            Group.Disturb();
        }
    }
}
