using System.Diagnostics;

using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>One run of a Raft group: it starts, a storm passes over it while clients ask, it must find together again; then what clients saw is judged.</summary>
internal sealed class RaftRun
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(60), Busy = TimeSpan.FromSeconds(2);

    private readonly RaftSwarm _options;
    private readonly Storm _storm;
    private readonly RaftChurn _churn;

    /// <summary>A run that has not begun.</summary>
    public RaftRun(RaftSwarm options)
    {
        _options = options;
        World = new World(options.Seed);
        World.Network.Options = options.Network;
        Group = new RaftGroup(World, options, Ledger);
        Group.Watch();
        Ledger.Watch(Group);
        World.Checkers.Add(Ledger);
        _storm = new Storm(World, options.Faults);
        _storm.ShapeMachines();
        _churn = new RaftChurn(Group);
    }

    /// <summary>The world it plays in.</summary>
    public World World { get; }

    /// <summary>The group it plays with.</summary>
    public RaftGroup Group { get; }

    /// <summary>Holds it to the rules.</summary>
    public RaftLedger Ledger { get; } = new();

    /// <summary>What became of the clients' histories.</summary>
    public Verdict Verdict { get; private set; }

    /// <summary>How many disks were replaced.</summary>
    public int Wipes => _churn.Wipes;

    /// <summary>How many bits flipped on disks.</summary>
    public int Flips => _churn.Flips;

    /// <summary>Plays the options of a seed from beginning to end; a broken rule ends up in the result.</summary>
    public static RaftResult Execute(RaftSwarm options, Action<string>? trace = null)
    {
        var watch = Stopwatch.StartNew();
        var run = new RaftRun(options);
        run.World.Trace.Listener = trace;
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

        return new RaftResult(options, run, failure, watch.Elapsed);
    }

    /// <summary>All acts in order.</summary>
    public void Play()
    {
        PassStorm();
        Settle();
        Judge();
    }

    /// <summary>Faults come, then end.</summary>
    public void PassStorm()
    {
        Group.StartAll();
        World.Note("storm", -1, -1, _options.Storm);
        Group.IsStormy = true;
        _storm.Begin();
        _churn.Begin();
        World.RunFor(_options.Storm);
        Group.IsStormy = false;
        _churn.End();
        _storm.End(new NetworkOptions { Mtu = _options.Network.Mtu });
        foreach (var node in World.Nodes)
        {
            if (!node.IsRunning) World.Start(node);
        }
    }

    /// <summary>On a good network a leader is found, writes go on, and all members that have their disk come to hold the same.</summary>
    public void Settle()
    {
        var answered = Group.History.Count;
        if (!World.RunUntil(() => Group.History.Count > answered && Group.Leader is not null, Settling, TimeSpan.FromMilliseconds(100)))
            throw new SimulationFailure("progress", $"no request was answered for {Settling.TotalSeconds:0} s on a good network.");
        World.RunFor(Busy);
        Group.StopClients();
        if (!World.RunUntil(IsSettled, Settling, TimeSpan.FromMilliseconds(100)))
            throw new SimulationFailure("convergence", $"members do not hold the same for {Settling.TotalSeconds:0} s on a good network: {Describe()}.");
        World.Note("settled", -1, -1, null);
    }

    /// <summary>What clients saw must be explained by some order.</summary>
    public void Judge()
    {
        Verdict = new LinearizabilityChecker().Check(Group.History, out var key);
        if (Verdict == Verdict.Violated) throw new SimulationFailure("linearizability", $"no order explains what clients saw of object {key}:\n{HistoryOf(key)}");
    }

    private bool IsSettled()
    {
        if (Group.Leader is not { } leader || leader.Core.CommitIndex != leader.Core.LastIndex || leader.Core.Configuration.IsJoint) return false;
        foreach (var member in leader.Core.Configuration.Members)
        {
            if (Group.DiskOf(member.Id).IsGone) continue;
            if (World.Nodes[Group.NodeOf(member.Id)].Host is not RaftHost host || host.Machine.Applied != leader.Core.CommitIndex) return false;
            if (host.Machine.Hash != leader.Machine.Hash) return false;
        }

        return true;
    }

    private string Describe() => string.Join(", ", Group.Hosts.Select(host =>
        $"n{host.Node} {host.Core.Role} t{host.Core.Term} last {host.Core.LastIndex} commit {host.Core.CommitIndex} applied {host.Machine.Applied} {host.Core.Configuration}"));

    private string HistoryOf(int key) => string.Join('\n', Group.History.Where(call => call.Operation.Key == key).OrderBy(call => call.Invoked).Select(call =>
        FormattableString.Invariant($"  {call.Invoked / 1e7,10:0.0000} {(call.Returned == long.MaxValue ? double.NaN : call.Returned / 1e7),10:0.0000}  {call.Client} {call.Operation} = {call.Result}")));
}
