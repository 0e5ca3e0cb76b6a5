using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Simulation;

/// <summary>A simulated group: nodes, disks, clients, and who is who.</summary>
internal sealed class RaftGroup
{
    private readonly Dictionary<ulong, RaftDisk> _disks = [];
    private readonly Dictionary<ulong, int> _nodes = [];
    private readonly RaftDisk[] _current;
    private readonly Prng _ids;
    private readonly Prng _crashes;
    private readonly RaftClient[] _clients;

    /// <summary>A group whose founders have their first entry; nobody runs yet.</summary>
    public RaftGroup(World world, RaftSwarm options, IRaftObserver observer)
    {
        (World, Options, Observer) = (world, options, observer);
        (_ids, _crashes) = (world.Random.Fork(), world.Random.Fork());
        _current = new RaftDisk[options.Nodes];
        for (var i = 0; i < options.Nodes; i++)
        {
            var node = world.Add($"n{i}", (port, random) => new RaftHost(this, port, random, _current[port.Node]));
            _current[i] = NewDisk(node.Index);
        }

        var founding = RaftEntry.Founding(_current.Take(options.Voters).Select((disk, node) => new RaftMember(disk.Id, world.Nodes[node].Name, MemberRole.Voter)));
        foreach (var disk in _current.Take(options.Voters)) disk.Found(founding);
        _clients = [.. Enumerable.Range(1, options.Clients).Select(number => new RaftClient(this, number, world.Random.Fork(), History))];
    }

    public World World { get; }

    public RaftSwarm Options { get; }

    /// <summary>Sees what hosts do.</summary>
    public IRaftObserver Observer { get; }

    /// <summary>What clients saw.</summary>
    public List<Call> History { get; } = [];

    /// <summary>Whether clients have stopped to ask.</summary>
    public bool AreClientsDone { get; set; }

    /// <summary>Whether hosts die at their writes.</summary>
    public bool IsStormy { get; set; }

    /// <summary>Dies at the next write at this place, this node; for directed scenarios.</summary>
    public (int Node, string Where)? NextCrash { get; set; }

    /// <summary>How often a host died at a write.</summary>
    public int WriteCrashes { get; private set; }

    /// <summary>The disk in a node now.</summary>
    public RaftDisk DiskOf(int node) => _current[node];

    /// <summary>A disk by its name in the group, thrown away or not.</summary>
    public RaftDisk DiskOf(ulong id) => _disks[id];

    /// <summary>The node a disk is or was in; -1 for none.</summary>
    public int NodeOf(ulong id) => _nodes.GetValueOrDefault(id, -1);

    /// <summary>How a member behaves.</summary>
    public RaftCoreOptions OptionsOf(ulong id) => Options.Core with
    {
        Id = id,
        MaxClockDrift = Options.Bugs.HasFlag(RaftBugs.LongLease) ? -4.5 : Options.Core.MaxClockDrift,
    };

    /// <summary>The hosts that run.</summary>
    public IEnumerable<RaftHost> Hosts => World.Nodes.Where(node => node.IsRunning).Select(node => node.Host).OfType<RaftHost>();

    /// <summary>The host that leads in the highest term; null: nobody does.</summary>
    public RaftHost? Leader => Hosts.Where(host => host.Core.Role == RaftRole.Leader).MaxBy(host => host.Core.Term);

    public void StartAll()
    {
        foreach (var node in World.Nodes) World.Start(node);
        foreach (var client in _clients) client.Begin();
    }

    public void StopClients()
    {
        AreClientsDone = true;
        foreach (var client in _clients) client.GiveUp();
    }

    /// <summary>Told of each crash before the world forgets the host.</summary>
    public void Watch()
    {
        World.LifeEnding = node => (node.Host as RaftHost)?.Die();
    }

    /// <summary>A node that does not run gets an empty disk; the old one never comes back.</summary>
    public void Wipe(int node)
    {
        Invariant.That(!World.Nodes[node].IsRunning);
        _current[node].IsGone = true;
        if (Options.Bugs.HasFlag(RaftBugs.WipedIdentity)) _disks[_current[node].Id] = _current[node] = MakeDisk(_current[node].Id);
        else _current[node] = NewDisk(node);
    }

    /// <summary>Whether a node is to die at a write, now; it is dead then.</summary>
    public bool CrashesNow(int node, string where)
    {
        if (NextCrash is { } planned && planned == (node, where)) NextCrash = null;
        else if (!IsStormy || Options.WriteCrash <= 0 || !_crashes.Chance(Options.WriteCrash)) return false;
        Die(node, where);
        return true;
    }

    /// <summary>A node dies at a write, and is back after a while.</summary>
    public void Die(int node, string where)
    {
        World.Note("dies at", node, -1, where);
        WriteCrashes++;
        World.Crash(World.Nodes[node]);
        World.After(_crashes.NextDuration(Options.Faults.DownFor), () =>
        {
            if (!World.Nodes[node].IsRunning) World.Start(World.Nodes[node]);
        });
    }

    private RaftDisk NewDisk(int node)
    {
        // Small numbers read better in a trace; what counts is that none comes twice.
        var disk = MakeDisk(((ulong)_disks.Count + 1) * 256 + (ulong)_ids.Next(256));
        _disks[disk.Id] = disk;
        _nodes[disk.Id] = node;
        return disk;
    }

    private RaftDisk MakeDisk(ulong id) => new(id, Options.HasFiles ? new RaftFiles(_ids.Fork(), () => IsStormy ? Options.DiskDeath : 0) : null);
}
