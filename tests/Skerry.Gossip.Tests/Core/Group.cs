using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Primitives;

namespace Skerry.Gossip.Tests.Core;

/// <summary>
/// Several cores and one clock moved by hand. What one sends arrives at once, unless a test says that it does not; what is random is so by a seed.
/// No sockets, no simulator: for rules that take more than one node to show.
/// </summary>
internal sealed class Group
{
    private readonly SortedDictionary<string, GossipCore> _cores = new(StringComparer.Ordinal);
    private readonly Dictionary<NodeAddress, string> _names = [];
    private readonly Func<GossipCoreOptions, GossipCoreOptions>? _change;
    private readonly ulong _seed;

    /// <summary>Nodes by name, all started, none of whom knows another.</summary>
    public Group(string names, Func<GossipCoreOptions, GossipCoreOptions>? change = null, ulong seed = 1)
    {
        (_change, _seed) = (change, seed);
        foreach (var name in names) Run(name.ToString());
    }

    public Instant Now { get; private set; } = Instant.Origin + TimeSpan.FromHours(1);

    /// <summary>Whether a packet of one node reaches another.</summary>
    public Func<string, string, bool> Reaches { get; set; } = (_, _) => true;

    /// <summary>Whether a TCP stream of one node reaches another.</summary>
    public Func<string, string, bool> StreamReaches { get; set; } = (_, _) => true;

    /// <summary>Whether a message of a packet arrives; the rest of the packet does.</summary>
    public Func<string, string, GossipMessage, bool> Arrives { get; set; } = (_, _, _) => true;

    /// <summary>What each node reported, in order: <c>a: Failed b</c>.</summary>
    public List<string> Story { get; } = [];

    /// <summary>What each node noticed of itself.</summary>
    public List<(string Node, Noticed Noticed)> Notices { get; } = [];

    /// <summary>Nodes whose goodbye is over.</summary>
    public HashSet<string> Gone { get; } = [];

    public GossipCore this[string name] => _cores[name];

    public IEnumerable<string> Names => _cores.Keys;

    /// <summary>A group that has found together.</summary>
    public static Group Formed(string names, Func<GossipCoreOptions, GossipCoreOptions>? change = null, ulong seed = 1)
    {
        var group = new Group(names, change, seed);
        foreach (var name in names[1..]) group.Join(name.ToString(), names[..1]);
        group.Pass(5);
        group.Story.Clear();
        return group;
    }

    /// <summary>A process starts, again perhaps.</summary>
    public GossipCore Run(string name, NodeAddress? address = null)
    {
        var options = new GossipCoreOptions { Name = name, Address = address ?? Subject.AddressOf(name) };
        var core = new GossipCore(_change?.Invoke(options) ?? options, new Prng(_seed + (ulong)name[0]));
        _cores[name] = core;
        _names[options.Address] = name;
        core.Start(Now);
        Drain();
        return core;
    }

    /// <summary>A process ends without a word.</summary>
    public void Kill(string name) => _cores.Remove(name);

    /// <summary>One joins through another by command.</summary>
    public void Join(string name, string through)
    {
        Assert.True(Exchange(name, Subject.AddressOf(through), join: true), $"{name} could not reach {through}");
        Do(name, core => core.Joined(Now));
    }

    /// <summary>Calls a core and does what everybody wants then.</summary>
    public void Do(string name, Action<GossipCore> call)
    {
        call(_cores[name]);
        Drain();
    }

    /// <summary>Time passes, every deadline kept on the tick.</summary>
    public void Pass(double seconds)
    {
        var end = Now + TimeSpan.FromSeconds(seconds);
        while (_cores.Count > 0 && _cores.Values.Min(core => core.NextDeadline) is var next && next <= end)
        {
            Now = next;
            foreach (var core in _cores.Values.Where(core => core.NextDeadline <= Now).ToArray()) core.Advance(Now);
            Drain();
        }

        Now = end;
    }

    public MemberStatus View(string observer, string subject) =>
        _cores[observer].Members.TryGetValue(subject, out var member) ? member.Status : MemberStatus.None;

    /// <summary>What all who run hold a node to be, itself left out: one status, or more where they differ.</summary>
    public IEnumerable<MemberStatus> Views(string subject) => _cores.Keys.Where(name => name != subject).Select(name => View(name, subject)).Distinct();

    private void Drain()
    {
        for (var busy = true; busy;)
        {
            busy = false;
            foreach (var (name, core) in _cores.ToArray())
            {
                while (core.TryTake(out var output))
                {
                    busy = true;
                    Take(name, core, output);
                }
            }
        }
    }

    private void Take(string name, GossipCore core, GossipOutput output)
    {
        switch (output)
        {
            case SendPacket packet:
                Deliver(name, packet);
                break;
            case StartPushPull exchange:
                Exchange(name, exchange.To, exchange.Join);
                break;
            case StartStreamPing ping when _names.TryGetValue(ping.To, out var to) && _cores.ContainsKey(to) && StreamReaches(name, to):
                core.StreamPingAnswered(ping.Sequence);
                break;
            case MemberChanged { Change: { } kind } change:
                Story.Add($"{name}: {kind} {change.Member.Name}");
                break;
            case Noticed noticed:
                Notices.Add((name, noticed));
                break;
            case LeaveFinished:
                Gone.Add(name);
                break;
        }
    }

    private void Deliver(string from, SendPacket packet)
    {
        if (!_names.TryGetValue(packet.To, out var to) || !_cores.TryGetValue(to, out var receiver) || !Reaches(from, to)) return;
        foreach (var message in SentPacket.Of(packet).Messages)
        {
            if (Arrives(from, to, message)) receiver.Receive(message, Subject.AddressOf(from), Now);
        }
    }

    private bool Exchange(string from, NodeAddress address, bool join)
    {
        if (!_names.TryGetValue(address, out var to) || !_cores.TryGetValue(to, out var there) || !StreamReaches(from, to)) return false;
        var here = _cores[from];
        var (asked, answer) = (here.LocalState(join), there.LocalState(join));
        there.Merge(asked, Now);
        here.Merge(answer, Now);
        return true;
    }
}
