using System.Globalization;
using System.Net;

using Skerry.Gossip;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// A group of gossip nodes in one world, and the truth about it: who runs, who has left, who has had which incarnation. The scenario
/// gives its orders here; the hosts report their events here; the checkers read here.
/// </summary>
internal sealed class GossipGroup
{
    private const int Port = 7946;

    private readonly Dictionary<string, int> _indices;
    private readonly GossipProfile[] _profiles;
    private readonly Dictionary<NodeAddress, int> _addresses = [];

    /// <summary>A group whose nodes are all down.</summary>
    public GossipGroup(World world, GossipSwarm options)
    {
        (World, Options) = (world, options);
        Bounds = GossipBounds.Of(options.MixedShare > 0 ? GossipProfile.Wan : options.Profile);
        world.Network.Options = options.Network;
        world.LifeChanged += OnLifeChanged;
        var roles = new Prng(options.Seed ^ 0x0CD).Fork();
        _indices = new Dictionary<string, int>(options.Nodes, StringComparer.Ordinal);
        Truths = new GossipTruth[options.Nodes];
        Addresses = new NodeAddress[options.Nodes];
        Ledger = new GossipLedger(options.Nodes);
        Wire = options.HasBytes ? new ByteGossipWire(options.Compresses) : new PlainGossipWire();
        _profiles = new GossipProfile[options.Nodes];
        for (var i = 0; i < options.Nodes; i++)
        {
            var isOld = roles.Chance(options.OldShare);
            _profiles[i] = roles.Chance(options.MixedShare) ? (GossipProfile)roles.Next(3) : options.Profile;
            var node = world.Add("n" + i.ToString(CultureInfo.InvariantCulture), (port, random) => new GossipHost(this, port, random, isOld));
            Truths[i] = new GossipTruth();
            Addresses[i] = AddressOf(i);
            _indices.Add(node.Name, i);
            _addresses.Add(Addresses[i], i);
        }
    }

    /// <summary>Where it lives.</summary>
    public World World { get; }

    /// <summary>What it was made from.</summary>
    public GossipSwarm Options { get; }

    /// <summary>How long the protocol may take.</summary>
    public GossipBounds Bounds { get; }

    /// <summary>The truth about each node, by id.</summary>
    public GossipTruth[] Truths { get; }

    /// <summary>Where each node listens, by id.</summary>
    public NodeAddress[] Addresses { get; }

    /// <summary>How messages travel.</summary>
    public IGossipWire Wire { get; }

    /// <summary>Who holds whom to be what.</summary>
    public GossipLedger Ledger { get; }

    /// <summary>Each membership event of each node, as it happens.</summary>
    public event Action<GossipReport>? Reported;

    /// <summary>How many events of each kind were reported.</summary>
    public long[] Counts { get; } = new long[Enum.GetValues<MembershipChange>().Length];

    /// <summary>When something last happened that views may rightly lag behind.</summary>
    public Instant DisturbedAt { get; private set; }

    /// <summary>Whether nothing hinders a packet now: no cut, little loss, no paused process, no late loop.</summary>
    public bool IsQuiet =>
        World.Network.Cuts.Count == 0 && World.Network.Options.Loss <= Options.CalmLoss && World.Network.Options.Reorder <= Options.CalmLoss
        && World.Nodes.All(n => n.State != NodeState.Paused && n.Lag == TimeSpan.Zero);

    /// <summary>The id of the node with a name; -1 when there is none.</summary>
    public int IndexOf(string name) => _indices.GetValueOrDefault(name, -1);

    /// <summary>The id of the node at an address; -1 when there is none.</summary>
    public int IndexOf(NodeAddress address) => _addresses.GetValueOrDefault(address, -1);

    /// <summary>The timers of a node.</summary>
    public GossipProfile ProfileOf(int node) => _profiles[node];

    /// <summary>Whom a node joins through: three others, so that one that is down does not matter.</summary>
    public IEnumerable<int> ContactsOf(int node) => Enumerable.Range(0, Math.Min(4, Options.Nodes)).Where(i => i != node).Take(3);

    /// <summary>The host of a running node.</summary>
    public GossipHost? HostOf(int node) => (GossipHost?)World.Nodes[node].Host;

    /// <summary>Something happened that views may lag behind for a while.</summary>
    public void Disturb() => DisturbedAt = World.Now;

    /// <summary>While a group starts that knows each other already: what all have said of themselves, in order of the names; else null.</summary>
    public Alive[]? FirstWords { get; private set; }

    /// <summary>Starts all nodes at once as a group that has been up for long: each knows all others, and nobody has anything to tell.</summary>
    public void StartSettled()
    {
        Invariant.That(TagsCodec.TryEncode(GossipHost.Tags(0), out var meta));
        FirstWords = World.Nodes.OrderBy(n => n.Name, StringComparer.Ordinal)
            .Select(n => new Alive(1, n.Name, Addresses[n.Index], meta, ProtocolVersions.Current)).ToArray();
        foreach (var node in World.Nodes) World.Start(node);
        FirstWords = null;
    }

    /// <summary>Starts every node at a moment of its own within the given time.</summary>
    public void StartAll(TimeSpan within)
    {
        foreach (var node in World.Nodes)
        {
            World.After(World.Random.NextDuration(within), () =>
            {
                if (!node.IsRunning) World.Start(node);
            });
        }
    }

    /// <summary>Has a node say goodbye; its process ends when it has.</summary>
    /// <returns>False when it does not run, or is leaving already.</returns>
    public bool Leave(int index)
    {
        var truth = Truths[index];
        if (truth.IsLeaving || World.Nodes[index].State != NodeState.Up) return false;
        truth.IsLeaving = true;
        truth.LeftInQuiet = IsQuiet && Ledger.Wrong == 0;
        Disturb();
        Ledger.Allow(index, AllowedStatus.Alive | AllowedStatus.Leaving | AllowedStatus.Left);
        return World.Command<GossipHost>(World.Nodes[index], "leave", (host, now) => host.Leave(now));
    }

    /// <summary>A node has said its goodbye: its process ends.</summary>
    public void EndSoon(int index)
    {
        var node = World.Nodes[index];
        var generation = node.Generation;
        World.After(TimeSpan.Zero, () =>
        {
            if (node.Generation == generation) World.Crash(node);
        });
    }

    /// <summary>A node finds that its own loop came late: it had better be so.</summary>
    /// <exception cref="SimulationFailure">It was woken in time.</exception>
    public void ReportLateLoop(int index, string detail)
    {
        var node = World.Nodes[index];
        World.Note("LoopLate", index, -1, detail);
        if (node.Lag == TimeSpan.Zero && node.ResumedAt != World.Now)
            throw new SimulationFailure("late loop", $"{node} finds its loop late by {detail}, but it was woken in time.");
    }

    /// <summary>What the others hold a node to be, in words.</summary>
    public string Views(int subject) => string.Join(
        ", ", Enumerable.Range(0, Options.Nodes).Where(o => o != subject).Select(o => $"{World.Nodes[o]} holds {World.Nodes[subject]} {Ledger.View(o, subject)}"));

    /// <summary>A node has changed its view of another.</summary>
    public void Report(GossipReport report)
    {
        Counts[(int)report.Change]++;
        Reported?.Invoke(report);
        Ledger.Record(report.Observer, report.Subject, report.Change == MembershipChange.Reaped ? MemberStatus.None : report.Status);
    }

    /// <summary>
    /// Whether all running nodes know the newest word of each other, tags included, suspect nobody, and hold who is down to have failed, or to
    /// have left, with one voice. Looks at every pair: only for groups of some hundred.
    /// </summary>
    public bool IsEqual()
    {
        if (Ledger.Wrong > 0 || !World.Nodes.All(n => n.IsRunning || Ledger.IsUnanimous(n.Index))) return false;
        var newest = new uint[Options.Nodes];
        foreach (var node in World.Nodes) newest[node.Index] = HostOf(node.Index)?.Incarnation ?? 0;
        return World.Nodes.All(observer => HostOf(observer.Index) is not { } host
            || host.Held().All(held => newest[held.Subject] == 0 || (held.Incarnation == newest[held.Subject] && held.State == SwimState.Alive)));
    }

    /// <summary>The first wrong views in words.</summary>
    public string DescribeWrongViews() => string.Join(
        ", ", Ledger.WrongViews().Take(8).Select(w => $"{World.Nodes[w.Observer]} holds {World.Nodes[w.Subject]} {Ledger.View(w.Observer, w.Subject)}"));

    /// <summary>
    /// Running nodes in groups that know each other, directly or through others, largest first: between two islands nobody knows anybody,
    /// so no protocol could bring them together.
    /// </summary>
    public List<List<int>> Islands()
    {
        var island = Enumerable.Range(0, Options.Nodes).ToArray();
        for (var observer = 0; observer < Options.Nodes; observer++)
        {
            for (var subject = 0; World.Nodes[observer].IsRunning && subject < Options.Nodes; subject++)
            {
                // Who is held left is not tried again, so knowing it that way joins nothing.
                var isTried = Ledger.View(observer, subject) is MemberStatus.Alive or MemberStatus.Leaving or MemberStatus.Failed;
                if (isTried && World.Nodes[subject].IsRunning) island[Root(subject)] = Root(observer);
            }
        }

        return Enumerable.Range(0, Options.Nodes).Where(i => World.Nodes[i].IsRunning)
            .GroupBy(Root).Select(g => g.ToList()).OrderByDescending(g => g.Count).ToList();

        int Root(int node)
        {
            while (island[node] != node) node = island[node] = island[island[node]];
            return node;
        }
    }

    /// <summary>Asks each running node for its whole membership and holds it against what its events have said.</summary>
    /// <exception cref="SimulationFailure">A node's events and its table tell different stories.</exception>
    public void Audit()
    {
        foreach (var node in World.Nodes.Where(n => n.IsRunning))
        {
            foreach (var (subject, status) in HostOf(node.Index)!.Statuses())
            {
                var told = Ledger.View(node.Index, subject);
                if (subject == node.Index || told == status) continue;
                throw new SimulationFailure("audit", $"{node} has told that it holds {World.Nodes[subject]} {told}, and in fact holds it {status}.");
            }
        }
    }

    private static NodeAddress AddressOf(int index) =>
        NodeAddress.From(new IPEndPoint(new IPAddress([10, (byte)(index >> 16), (byte)(index >> 8), (byte)index]), Port));

    private void OnLifeChanged(SimulatedNode node)
    {
        var truth = Truths[node.Index];
        Disturb();
        Ledger.Observe(node.Index, node.IsRunning);
        if (node.IsRunning)
        {
            // Its last life may have ended so lately that nobody has seen it come back when this one ends too.
            truth.Allowed = AllowedStatus.Alive | (truth.Allowed & AllowedStatus.Left);
            truth.IsLeaving = truth.LeftInQuiet = false;
            Ledger.Allow(node.Index, AllowedStatus.Alive);
            return;
        }

        truth.DownAt = World.Now;
        truth.Allowed = AllowedStatus.Unknown | truth switch
        {
            { LeftInQuiet: true } => AllowedStatus.Left,
            { IsLeaving: true } => AllowedStatus.Left | AllowedStatus.Failed,
            _ => AllowedStatus.Failed | (truth.Allowed & AllowedStatus.Left),
        };
        Ledger.Allow(node.Index, truth.Allowed);
    }
}
