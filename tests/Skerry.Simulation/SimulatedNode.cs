using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>One process of the <see cref="World"/>: a host, the state it is in, and what is wrong with its machine.</summary>
/// <param name="index">Its id; also its address on the <see cref="Network"/>.</param>
/// <param name="name">For people.</param>
/// <param name="create">Makes its host at each start.</param>
internal sealed class SimulatedNode(int index, string name, Func<NodePort, Prng, IHost> create)
{
    /// <summary>Packets a socket holds while its process does not read; more are dropped. About 2 MiB of packets of 1,400 bytes.</summary>
    public const int InboxLimit = 1500;

    /// <summary>Its id, from 0 in the order of <see cref="World.Add"/>.</summary>
    public int Index { get; } = index;

    /// <summary>For people.</summary>
    public string Name { get; } = name;

    /// <summary>What it is doing.</summary>
    public NodeState State { get; set; }

    /// <summary>Which life this is: grows at every crash, so that timers and answers meant for the last one are dropped.</summary>
    public uint Generation { get; set; }

    /// <summary>The protocol in it; null while it is down.</summary>
    public IHost? Host { get; set; }

    /// <summary>Its clock.</summary>
    public LocalClock Clock { get; set; } = new(Instant.Origin, Instant.Origin, 0);

    /// <summary>The most its loop is late by at each event; each is drawn evenly from zero to this. Set by <see cref="World.Delay"/>.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>Whether its machine still answers for it when the process is gone: a connection is then refused at once, not left waiting.</summary>
    public bool RefusesWhenDown { get; set; } = true;

    /// <summary>When it was last started.</summary>
    public Instant StartedAt { get; set; }

    /// <summary>When it last went on after a pause, or began to keep time.</summary>
    public Instant ResumedAt { get; set; } = Instant.Never;

    /// <summary>True time of the wake-up that counts; later ones in the queue are stale.</summary>
    public Instant ArmedAt { get; set; } = Instant.Never;

    /// <summary>When it was last woken.</summary>
    public Instant WokenAt { get; set; }

    /// <summary>How often in a row it was woken without time moving on.</summary>
    public int IdleWakes { get; set; }

    /// <summary>What waits in its sockets while it is paused.</summary>
    public Queue<ScheduledEvent> Inbox { get; } = new();

    /// <summary>Whether a process runs, paused or not.</summary>
    public bool IsRunning => State != NodeState.Down;

    /// <summary>A fresh host for a new life.</summary>
    public IHost Create(NodePort port, Prng random) => create(port, random);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
