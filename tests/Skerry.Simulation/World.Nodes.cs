using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>Lives of the nodes: start, crash, pause, and each event on its way to a host.</summary>
internal sealed partial class World
{
    /// <summary>Starts a process that is down, with nothing but its seed.</summary>
    public void Start(SimulatedNode node)
    {
        Invariant.That(node.State == NodeState.Down);
        node.State = NodeState.Up;
        node.StartedAt = Now;
        node.Host = node.Create(_ports[node.Index], _nodeSeeds.Fork());
        Note("start", node.Index, -1, null);
        LifeChanged?.Invoke(node);
        node.Host.Start(node.Clock.Read(Now));
        Settle(node);
    }

    /// <summary>Ends a process without a word; what it knew and what waited in its sockets is lost.</summary>
    /// <param name="node">The node.</param>
    /// <param name="withMachine">Whether its machine dies with it: connections then time out instead of being refused.</param>
    public void Crash(SimulatedNode node, bool withMachine = false)
    {
        Invariant.That(node.IsRunning);
        Note("crash", node.Index, -1, withMachine ? "with its machine" : null);
        LifeEnding?.Invoke(node);
        node.State = NodeState.Down;
        node.RefusesWhenDown = !withMachine;
        node.Generation++;
        node.Host = null;
        node.ArmedAt = Instant.Never;
        node.Inbox.Clear();
        LifeChanged?.Invoke(node);
    }

    /// <summary>Stops a process in its tracks for a while.</summary>
    public void Pause(SimulatedNode node, TimeSpan duration)
    {
        Invariant.That(node.State == NodeState.Up);
        Note("pause", node.Index, -1, duration);
        node.State = NodeState.Paused;
        _queue.Schedule((Now + duration).Ticks, EventKind.Resume, node.Index, node.Generation, null);
    }

    /// <summary>Lets a paused process go on before its time.</summary>
    public void Resume(SimulatedNode node)
    {
        if (node.State == NodeState.Paused) GoOn(node);
    }

    /// <summary>Makes the loop of a node late at each event by up to a duration; zero: it keeps time again, and catches up at once.</summary>
    public void Delay(SimulatedNode node, TimeSpan most)
    {
        Note("delay", node.Index, -1, most);
        node.Lag = most;
        if (node.State != NodeState.Up) return;
        node.ResumedAt = Now;
        node.ArmedAt = Instant.Never;
        Arm(node);
    }

    /// <summary>Has a running process do something, as its operator would.</summary>
    /// <returns>False when it is down or paused.</returns>
    public bool Command<THost>(SimulatedNode node, string verb, Action<THost, Instant> action)
        where THost : class, IHost
    {
        if (node is not { State: NodeState.Up, Host: THost host }) return false;
        Note(verb, node.Index, -1, null);
        action(host, node.Clock.Read(Now));
        Settle(node);
        return true;
    }

    private void Dispatch(SimulatedNode node, in ScheduledEvent next)
    {
        switch (next.Kind)
        {
            case EventKind.Wake:
                if (next.Ticks == node.ArmedAt.Ticks && next.Generation == node.Generation) Wake(node, next);
                return;
            case EventKind.Resume:
                if (next.Generation == node.Generation && node.State == NodeState.Paused) GoOn(node);
                return;
            case EventKind.Attempt:
                Attempt((Exchange)next.Payload!);
                return;
        }

        if (node.State == NodeState.Up) Deliver(node, next);
        else if (node.State == NodeState.Paused && node.Inbox.Count < SimulatedNode.InboxLimit) node.Inbox.Enqueue(next);
        else Drop(node, next);
    }

    private void Wake(SimulatedNode node, in ScheduledEvent next)
    {
        node.ArmedAt = Instant.Never;
        if (node.State != NodeState.Up) return;
        var now = node.Clock.Read(Now);
        if (node.Host!.NextDeadline > now)
        {
            // The deadline moved away after this wake-up was scheduled.
            Arm(node);
            return;
        }

        node.IdleWakes = node.WokenAt == Now ? node.IdleWakes + 1 : 0;
        node.WokenAt = Now;
        if (node.IdleWakes > IdleWakeLimit)
            throw new SimulationFailure("idle wakes", $"{node.Name} was woken {IdleWakeLimit} times at one instant; its next deadline is still {node.Host.NextDeadline}.");
        Count(next, 0);
        node.Host.Advance(now);
        Settle(node);
    }

    private void GoOn(SimulatedNode node)
    {
        Note("resume", node.Index, -1, null);
        node.State = NodeState.Up;
        node.ResumedAt = Now;
        Settle(node);

        // What waited is handled before anything that comes now, in the order it came.
        while (node.State == NodeState.Up && node.Inbox.TryDequeue(out var waiting)) Deliver(node, waiting);
    }

    private void Deliver(SimulatedNode node, in ScheduledEvent next)
    {
        var host = node.Host!;
        var now = node.Clock.Read(Now);
        switch (next.Kind)
        {
            case EventKind.Packet:
                var packet = (Packet)next.Payload!;
                Count(next, packet.Size, packet.Payload as byte[]);
                Trace.Add(new TraceEntry(Now.Ticks, Steps, node, "packet", _nodes[packet.From], packet.Payload, host));
                host.Receive(packet, now);
                break;
            case EventKind.Request:
                var request = (Exchange)next.Payload!;
                Count(next, request.RequestSize, request.Request as byte[]);
                Trace.Add(new TraceEntry(Now.Ticks, Steps, node, "request", _nodes[request.From], request.Request, host));
                request.ToGeneration = node.Generation;
                host.Serve(request, now);
                request.Request = null;
                break;
            case EventKind.Reply:
                Conclude(node, host, next, now);
                break;
            case EventKind.Failure:
                Abandon(node, host, next, now);
                break;
            default:
                throw new InvariantException($"Broken invariant: no node handles {next.Kind}");
        }

        Settle(node);
    }

    private void Drop(SimulatedNode node, in ScheduledEvent next)
    {
        Network.Totals.Undelivered++;
        if (next.Kind == EventKind.Request && node is { State: NodeState.Down, RefusesWhenDown: true }) Refuse((Exchange)next.Payload!);
    }

    /// <summary>What follows every call into a host: the checkers look at it, and its next deadline is armed.</summary>
    private void Settle(SimulatedNode node)
    {
        foreach (var checker in Checkers) checker.AfterStep(node);
        Arm(node);
    }

    private void Arm(SimulatedNode node)
    {
        if (node.Host is null) return;
        var due = node.Clock.TimeOf(node.Host.NextDeadline);
        if (due == Instant.Never) return;
        due = Instant.Max(due, Now);
        if (node.ArmedAt <= due) return;
        if (node.Lag > TimeSpan.Zero) due += _lags.NextDuration(node.Lag);
        if (node.ArmedAt <= due) return;
        node.ArmedAt = due;
        _queue.Schedule(due.Ticks, EventKind.Wake, node.Index, node.Generation, null);
    }

    private void Count(in ScheduledEvent next, int size, byte[]? bytes = null)
    {
        Steps++;
        _hash.Add(next.Ticks);
        _hash.Add(((long)next.Kind << 56) | ((long)next.Node << 32) | (uint)size);
        if (bytes is not null) _hash.Add(bytes.AsSpan());
    }
}
