using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// A deterministic world: true time, an ordered queue of events, processes by id and the network between them. Everything that
/// happens comes from one seed and from what the caller schedules, on one thread. After each step the checkers look.
/// </summary>
internal sealed partial class World
{
    /// <summary>A core that is woken this often without time moving on asks for deadlines it does not honour.</summary>
    private const int IdleWakeLimit = 1000;

    private readonly EventQueue _queue = new();
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<NodePort> _ports = [];
    private readonly Prng _nodeSeeds;
    private readonly Prng _lags;
    private RunHash _hash;
    private long _nextSecond = TimeSpan.TicksPerSecond;

    /// <summary>An empty world at time zero.</summary>
    /// <param name="seed">Makes every draw in it.</param>
    public World(ulong seed)
    {
        var root = new Prng(seed);
        Network = new Network(root.Fork());
        Random = root.Fork();
        _nodeSeeds = root.Fork();
        _lags = root.Fork();
    }

    /// <summary>True time, which no node sees.</summary>
    public Instant Now { get; private set; }

    /// <summary>How many events were handled.</summary>
    public long Steps { get; private set; }

    /// <summary>Sums up all that happened so far.</summary>
    public ulong Hash => _hash.Value;

    /// <summary>What connects the nodes.</summary>
    public Network Network { get; }

    /// <summary>For scenarios and faults.</summary>
    public Prng Random { get; }

    /// <summary>Every process, by id.</summary>
    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>What must always hold.</summary>
    public List<IChecker> Checkers { get; } = [];

    /// <summary>The last events.</summary>
    public Trace Trace { get; } = new();

    /// <summary>Told of each start, before the host gets its first call, and of each crash, after the host is gone.</summary>
    public Action<SimulatedNode>? LifeChanged { get; set; }

    /// <summary>Told of each crash while the host is still there.</summary>
    public Action<SimulatedNode>? LifeEnding { get; set; }

    /// <summary>Adds a process that does not run yet.</summary>
    /// <param name="name">For people.</param>
    /// <param name="create">Makes its host at each start; the generator is the host's own.</param>
    public SimulatedNode Add(string name, Func<NodePort, Prng, IHost> create)
    {
        var node = new SimulatedNode(_nodes.Count, name, create);
        _nodes.Add(node);
        _ports.Add(new NodePort(this, node));
        return node;
    }

    /// <summary>Does something at an instant; an instant that has passed means now, behind what is already due.</summary>
    public void At(Instant when, Action action) => _queue.Schedule(Instant.Max(when, Now).Ticks, EventKind.Action, -1, 0, action);

    /// <summary>Does something after a while.</summary>
    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Lets everything happen that is due up to an instant, and sets the time to it.</summary>
    public void RunUntil(Instant end)
    {
        while (_queue.NextTicks <= end.Ticks) Step();
        PassSeconds(end.Ticks);
        Now = Instant.Max(Now, end);
    }

    /// <summary>Lets time pass.</summary>
    public void RunFor(TimeSpan duration) => RunUntil(Now + duration);

    /// <summary>Lets time pass until a condition holds, asked at the start and once a <paramref name="period"/>.</summary>
    /// <returns>False when it did not within <paramref name="limit"/>.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan limit, TimeSpan? period = null)
    {
        var end = Now + limit;
        while (!condition())
        {
            if (Now >= end) return false;
            RunUntil(Instant.Min(end, Now + (period ?? TimeSpan.FromSeconds(1))));
        }

        return true;
    }

    /// <summary>Handles the next event.</summary>
    /// <returns>False when none waits.</returns>
    public bool Step()
    {
        PassSeconds(_queue.NextTicks);
        if (!_queue.TryTake(out var next)) return false;
        Now = new Instant(next.Ticks);
        if (next.Node < 0) Act((Action)next.Payload!);
        else Dispatch(_nodes[next.Node], next);
        return true;
    }

    /// <summary>Writes a line into the trace and into the hash.</summary>
    public void Note(string verb, int node, int peer, object? detail)
    {
        _hash.Add(Now.Ticks);
        _hash.Add(node);
        _hash.Add(peer);
        _hash.Add(verb);
        Trace.Add(new TraceEntry(Now.Ticks, Steps, NodeAt(node), verb, NodeAt(peer), detail));
    }

    private SimulatedNode? NodeAt(int index) => index < 0 ? null : _nodes[index];

    private void Act(Action action)
    {
        Steps++;
        _hash.Add(Now.Ticks);
        action();
    }

    private void PassSeconds(long ticks)
    {
        if (ticks == long.MaxValue) return;
        for (; _nextSecond <= ticks; _nextSecond += TimeSpan.TicksPerSecond)
        {
            Now = new Instant(_nextSecond);
            foreach (var checker in Checkers) checker.EachSecond();
        }
    }
}
