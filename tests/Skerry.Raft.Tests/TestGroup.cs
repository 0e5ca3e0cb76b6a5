using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Raft.Tests;

/// <summary>Peers on one clock that is moved by hand; messages arrive in order and at once, unless their way is cut.</summary>
internal sealed class TestGroup
{
    private readonly SortedDictionary<ulong, TestPeer> _peers = [];
    private readonly HashSet<(ulong From, ulong To)> _cuts = [];

    /// <summary>Voters 1 to <paramref name="voters"/>, founded together.</summary>
    public TestGroup(int voters, Func<RaftCoreOptions, RaftCoreOptions>? configure = null)
    {
        Configure = configure ?? (options => options);
        Founding = RaftEntry.Founding(Enumerable.Range(1, voters).Select(id => new RaftMember((ulong)id, $"n{id}", MemberRole.Voter)));
        for (var id = 1UL; id <= (ulong)voters; id++) Add(id, [Founding], new HardState(1, 0));
    }

    public RaftEntry Founding { get; }

    public Instant Now { get; private set; } = new(TimeSpan.TicksPerHour);

    public Func<RaftCoreOptions, RaftCoreOptions> Configure { get; }

    public RaftCoreOptions Options => Configure(new RaftCoreOptions { Id = 1 });

    public IEnumerable<TestPeer> Peers => _peers.Values;

    /// <summary>Messages to these are lost on the way when they match.</summary>
    public Func<RaftMessage, bool> Loses { get; set; } = _ => false;

    /// <summary>All that arrived.</summary>
    public List<RaftMessage> Delivered { get; } = [];

    public TestPeer this[ulong id] => _peers[id];

    /// <summary>Who leads in the highest term.</summary>
    public TestPeer? Leader => Peers.Where(peer => peer.Role == RaftRole.Leader).MaxBy(peer => peer.Core.Term);

    public TestPeer Add(ulong id, IEnumerable<RaftEntry>? log = null, HardState state = default) =>
        _peers[id] = new TestPeer(Configure(new RaftCoreOptions { Id = id }) with { Id = id }, log ?? [], state, Now);

    public void Remove(ulong id) => _peers.Remove(id);

    public void Remove(ulong id, out TestPeer removed)
    {
        removed = _peers[id];
        _peers.Remove(id);
    }

    /// <summary>One that was removed starts again, with its disk.</summary>
    public void Return(TestPeer removed)
    {
        removed.Restart(Now);
        _peers[removed.Id] = removed;
    }

    public void Cut(ulong from, ulong to) => _cuts.Add((from, to));

    public void Isolate(ulong id)
    {
        foreach (var other in _peers.Keys.Where(other => other != id))
        {
            Cut(id, other);
            Cut(other, id);
        }
    }

    /// <summary>Parts some from the others.</summary>
    public void Part(params ulong[] inside)
    {
        foreach (var left in inside)
        {
            foreach (var right in _peers.Keys.Where(id => !inside.Contains(id)))
            {
                Cut(left, right);
                Cut(right, left);
            }
        }
    }

    public void Heal() => _cuts.Clear();

    /// <summary>Delivers until nobody says anything more.</summary>
    public void Deliver(int most = 100_000)
    {
        for (var any = true; any && most > 0;)
        {
            any = false;
            foreach (var peer in Peers.ToArray())
            {
                while (peer.Outbox.TryDequeue(out var message) && most-- > 0)
                {
                    any = true;
                    if (_cuts.Contains((message.From, message.To)) || Loses(message) || !_peers.TryGetValue(message.To, out var target)) continue;
                    Delivered.Add(message);
                    target.Do(core => core.Receive(message, Now), Now);
                }
            }
        }

        Assert.True(most > 0, "The peers do not stop to talk.");
    }

    /// <summary>Delivers the next message, if there is one.</summary>
    public void DeliverOne()
    {
        if (Peers.FirstOrDefault(peer => peer.Outbox.Count > 0)?.Outbox.Dequeue() is not { } message || !_peers.TryGetValue(message.To, out var target)) return;
        target.Do(core => core.Receive(message, Now), Now);
    }

    /// <summary>Lets time pass, deadline by deadline.</summary>
    public void Pass(TimeSpan duration)
    {
        var end = Now + duration;
        Deliver();
        while (true)
        {
            var next = Peers.Select(peer => peer.Core.NextDeadline).Aggregate(Instant.Never, Instant.Min);
            if (next > end) break;
            Now = Instant.Max(Now, next);
            foreach (var peer in Peers.ToArray())
            {
                if (peer.Core.NextDeadline <= Now) peer.Do(core => core.Advance(Now), Now);
            }

            Deliver();
        }

        Now = end;
    }

    public void PassElection() => Pass(3 * Options.ElectionTimeout);

    /// <summary>Lets one peer win an election that it is made to stand in.</summary>
    public TestPeer Elect(ulong id)
    {
        for (var tries = 0; tries < 50 && !(this[id].Role == RaftRole.Leader && Leader == this[id]); tries++)
        {
            // Loyalty to an older leader ends first; then only this one's time is up.
            Now += Options.ElectionTimeout;
            var due = Instant.Max(Now, this[id].Core.NextDeadline);
            Now = due;
            this[id].Do(core => core.Advance(Now), Now);
            Deliver();
        }

        Assert.Equal(RaftRole.Leader, this[id].Role);
        return this[id];
    }

    /// <summary>Lets time pass until there is a leader.</summary>
    public TestPeer ElectAny()
    {
        for (var tries = 0; tries < 50 && Leader is null; tries++) Pass(Options.ElectionTimeout);
        Assert.NotNull(Leader);
        return Leader;
    }

    public CommandResult Propose(params string[] commands)
    {
        var result = Leader!.Propose(Now, commands);
        Deliver();
        return result;
    }

    public CommandResult Change(params MemberChange[] changes)
    {
        var result = Leader!.Do(core => core.ChangeMembers(changes, alwaysJoint: false, Now), Now);
        Deliver();
        return result;
    }
}
