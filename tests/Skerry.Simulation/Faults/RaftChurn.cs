using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Simulation;

/// <summary>
/// What operators do to a group: change its members, one or several at a time, move leadership, replace disks. They keep to what Raft asks of them: never
/// more voters with a lost disk, in any configuration that may be in force, than a minority.
/// </summary>
/// <param name="group">The group.</param>
internal sealed class RaftChurn(RaftGroup group)
{
    private readonly World _world = group.World;
    private readonly RaftSwarm _options = group.Options;
    private bool _isOver;

    /// <summary>How many disks were replaced.</summary>
    public int Wipes { get; private set; }

    /// <summary>How many bits flipped.</summary>
    public int Flips { get; private set; }

    public void Begin()
    {
        Repeat(_options.ChangeEvery, Change);
        Repeat(_options.TransferEvery, Transfer);
        Repeat(_options.WipeEvery, Wipe);
        Repeat(_options.FullEvery, Fill);
        Repeat(_options.FailEvery, Fail);
        // A generator of its own: seeds without it stay as they were.
        if (_options.HasFiles) Repeat(_options.FlipEvery, Flip, new Prng(_options.Seed ^ 0x62697473));
    }

    public void End()
    {
        _isOver = true;
        for (var node = 0; node < _world.Nodes.Count; node++)
        {
            if (group.DiskOf(node).Files is { } files) files.IsFull = false;
        }
    }

    private void Repeat(TimeSpan mean, Action<Prng> action) => Repeat(mean, action, _world.Random.Fork());

    private void Repeat(TimeSpan mean, Action<Prng> action, Prng random)
    {
        if (mean > TimeSpan.Zero) Next();

        void Next() => _world.After(mean * Exponential.Draw(random), () =>
        {
            if (_isOver) return;
            action(random);
            Next();
        });
    }

    private void Change(Prng random)
    {
        if (group.Leader is not { } leader) return;
        var configuration = leader.Core.Configuration;
        var changes = new List<MemberChange>();
        for (var count = random.Chance(0.6) ? 1 : 2 + random.Next(3); count > 0; count--)
        {
            if (DrawChange(configuration, random) is { } change && changes.All(other => other.Id != change.Id)) changes.Add(change);
        }

        var isJoint = random.Chance(0.3);
        if (changes.Count == 0 || configuration.TryChange(changes, isJoint, out var changed) != Refusal.None) return;
        if (!IsAlive(changed, lost: 0)) return;
        Command(leader, "change", core => core.ChangeMembers(changes, isJoint, Now(leader)).Refusal);
    }

    private MemberChange? DrawChange(RaftConfiguration configuration, Prng random)
    {
        var gone = configuration.Members.Where(member => group.DiskOf(member.Id).IsGone).ToArray();
        if (gone.Length > 0 && random.Chance(0.5)) return new MemberChange(MemberChangeKind.Remove, gone[random.Next(gone.Length)].Id);
        var voters = configuration.NewVoters.Length;
        var node = random.Next(_world.Nodes.Count);
        var id = group.DiskOf(node).Id;
        if (!configuration.TryFind(id, out var member)) return new MemberChange(MemberChangeKind.Add, id, _world.Nodes[node].Name);
        if (member.Role == MemberRole.Observer)
        {
            return random.Chance(0.7) && voters < 7 ? new MemberChange(MemberChangeKind.Promote, id)
                : random.Chance(0.5) ? new MemberChange(MemberChangeKind.Remove, id) : null;
        }

        // Not so many that the group shrinks and shrinks.
        if (voters <= _options.Voters && random.Chance(0.7)) return null;
        return new MemberChange(random.Chance(0.5) ? MemberChangeKind.Demote : MemberChangeKind.Remove, id);
    }

    private void Transfer(Prng random)
    {
        if (group.Leader is not { } leader) return;
        var voters = leader.Core.Configuration.NewVoters;
        var target = voters[random.Next(voters.Length)];
        Command(leader, "move", core => core.TransferTo(target, Now(leader)));
    }

    private void Wipe(Prng random) => TakeDown(random, (node, _) => Wipe(node));

    private void Wipe(int node)
    {
        _world.Note("wipe", node, -1, null);
        group.Wipe(node);
        Wipes++;
    }

    /// <summary>What cannot be read for certain is replaced, as the log's refusal says; what was of no consequence must have none.</summary>
    private void Flip(Prng random) => TakeDown(random, (node, disk) =>
    {
        var (where, isRefused) = disk.Files!.Flip(disk.Id);
        _world.Note("flip", node, -1, where);
        Flips++;
        if (isRefused) Wipe(node);
    });

    /// <summary>Stops a node whose disk the group can do without, does something to that, and starts it again after a while.</summary>
    private void TakeDown(Prng random, Action<int, RaftDisk> act)
    {
        var node = random.Next(_world.Nodes.Count);
        var down = random.NextDuration(_options.Faults.DownFor);
        var disk = group.DiskOf(node);
        if (!Configurations().All(configuration => IsAlive(configuration, disk.Id))) return;
        if (_world.Nodes[node].IsRunning) _world.Crash(_world.Nodes[node], withMachine: true);
        act(node, disk);
        _world.After(down, () =>
        {
            if (!_world.Nodes[node].IsRunning) _world.Start(_world.Nodes[node]);
        });
    }

    private void Fill(Prng random)
    {
        var node = random.Next(_world.Nodes.Count);
        var duration = random.NextDuration(_options.Faults.DownFor);
        if (group.DiskOf(node).Files is not { IsFull: false } files) return;
        _world.Note("full", node, -1, duration);
        files.IsFull = true;
        _world.After(duration, () => files.IsFull = false);
    }

    private void Fail(Prng random)
    {
        var node = random.Next(_world.Nodes.Count);
        if (group.DiskOf(node).Files is not { } files) return;
        _world.Note("bad flush", node, -1, null);
        files.FailNextFlush();
    }

    /// <summary>Every configuration that may be in force or come into force.</summary>
    private IEnumerable<RaftConfiguration> Configurations() =>
        group.Hosts.Select(host => host.Core.Configuration).Concat(Enumerable.Range(0, _world.Nodes.Count).Select(node => group.DiskOf(node)).SelectMany(OnDisk));

    private static IEnumerable<RaftConfiguration> OnDisk(RaftDisk disk)
    {
        yield return disk.Snapshot.Configuration;
        foreach (var entry in disk.Entries)
        {
            if (entry.Configuration is { } configuration) yield return configuration;
        }
    }

    /// <summary>Whether a majority of each set of voters has its disk, even without one more.</summary>
    private bool IsAlive(RaftConfiguration configuration, ulong lost) =>
        configuration.Members.Length == 0 || configuration.HasQuorum(id => id != lost && !group.DiskOf(id).IsGone);

    private Instant Now(RaftHost host) => _world.Nodes[host.Node].Clock.Read(_world.Now);

    private void Command(RaftHost host, string verb, Func<RaftCore, Refusal> command) =>
        _world.Command<RaftHost>(_world.Nodes[host.Node], verb, (running, now) =>
        {
            var refusal = running.Do(command, now);
            _world.Note(verb, running.Node, -1, refusal);
        });
}
