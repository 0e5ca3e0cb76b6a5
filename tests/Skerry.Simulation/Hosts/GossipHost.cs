using System.Collections.Immutable;
using System.Globalization;

using Skerry.Gossip;
using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// A <see cref="GossipCore"/> in the world. Does what the product's driver does, no more: takes packets apart, runs exchanges, joins
/// through its contacts until one answers, ends its process when the goodbye has been said.
/// </summary>
internal sealed class GossipHost : IHost
{
    /// <summary>A goodbye takes at most two waits of 5 s to be sent and 1 s to spread; some room for a late loop.</summary>
    public static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(14);

    private const string Tag = "v";

    private static readonly TimeSpan JoinRetry = TimeSpan.FromSeconds(5);

    private readonly GossipGroup _group;
    private readonly NodePort _port;
    private readonly GossipCore _core;
    private readonly GossipTiming _timing;
    private readonly bool _isOld;
    private readonly List<GossipMessage> _messages = [];
    private Instant _joinAt = Instant.Never;
    private bool _hasJoined;

    /// <summary>A host for one life of a node.</summary>
    /// <param name="group">Whose member it is.</param>
    /// <param name="port">Its door to the world.</param>
    /// <param name="random">The core's generator.</param>
    /// <param name="isOld">Whether it handles what arrives in the order memberlist 0.2.2 does.</param>
    public GossipHost(GossipGroup group, NodePort port, Prng random, bool isOld)
    {
        (_group, _port, _isOld) = (group, port, isOld);
        _timing = GossipTiming.Of(group.ProfileOf(port.Node));
        var options = new GossipCoreOptions
        {
            Name = port.Name,
            Address = group.Addresses[port.Node],
            Timing = _timing,
            Tags = Tags(0),
        };
        _core = new GossipCore(options, random);
    }

    /// <inheritdoc/>
    public Instant NextDeadline => Instant.Min(_core.NextDeadline, _joinAt);

    /// <summary>Its own incarnation.</summary>
    public uint Incarnation => _core.Incarnation;

    /// <summary>Lifeguard's local health: 0 is well.</summary>
    public int HealthScore => _core.HealthScore;

    /// <summary>Grows when what it holds of others may have changed.</summary>
    public ulong ViewVersion { get; private set; }

    /// <inheritdoc/>
    public void Start(Instant now)
    {
        _core.Start(now);
        Drain();
        if (_group.FirstWords is { } words) BeginKnowingAll(words, now);
        else JoinContacts(now);
        Drain();
    }

    /// <inheritdoc/>
    public void Advance(Instant now)
    {
        if (_joinAt <= now) JoinContacts(now);
        if (_core.NextDeadline <= now) _core.Advance(now);
        Drain();
    }

    /// <inheritdoc/>
    public void Receive(Packet packet, Instant now)
    {
        _messages.Clear();
        _group.Wire.Decode(packet.Payload, _messages);
        if (_isOld) SortAsOldPeersDo();
        var from = _group.Addresses[packet.From];
        foreach (var message in _messages)
        {
            if (message is Alive or Suspect or Dead) ViewVersion++;
            _core.Receive(message, from, now);
            Drain();
        }
    }

    /// <inheritdoc/>
    public void Serve(Exchange exchange, Instant now)
    {
        switch (_group.Wire.DecodeStream(exchange.Request!))
        {
            case PushPull remote:
                Reply(exchange, _core.LocalState(remote.Join));
                ViewVersion++;
                _core.Merge(remote, now);
                break;
            case Ping ping when ping.Node == _port.Name:
                Reply(exchange, new Ack(ping.Sequence, ByteString.Empty));
                break;
        }

        Drain();
    }

    /// <inheritdoc/>
    public void Replied(Exchange exchange, Instant now)
    {
        switch (_group.Wire.DecodeStream(exchange.Reply!))
        {
            case PushPull remote:
                ViewVersion++;
                if (_core.Merge(remote, now) && exchange.Tag is JoinCommand) OnJoined(now);
                break;
            case Ack ack:
                _core.StreamPingAnswered(ack.Sequence);
                break;
        }

        Drain();
    }

    /// <inheritdoc/>
    public void Failed(Exchange exchange, Instant now)
    {
    }

    /// <inheritdoc/>
    public string Describe(object payload) => _group.Wire.Describe(payload);

    /// <summary>What a node says of itself when its tag has a value.</summary>
    public static ImmutableSortedDictionary<string, string> Tags(int value) =>
        ImmutableSortedDictionary<string, string>.Empty.Add(Tag, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Joins through a node by command of the operator.</summary>
    public void Join(int contact, Instant now)
    {
        var request = _group.Wire.EncodeStream(_core.LocalState(join: true), out var size);
        _port.Open(contact, request, size, _timing.StreamTimeout, JoinCommand.Instance);
        Drain();
    }

    /// <summary>Starts to say goodbye.</summary>
    public void Leave(Instant now)
    {
        _joinAt = Instant.Never;
        _core.Leave(now);
        Drain();
    }

    /// <summary>Says something new of itself.</summary>
    public void SetTag(int value, Instant now)
    {
        Invariant.That(_core.SetTags(Tags(value), now));
        Drain();
    }

    /// <summary>What it last heard another say of itself; -1 nothing.</summary>
    public int TagOf(int subject) =>
        _core.Members.TryGetValue(_group.World.Nodes[subject].Name, out var member) && member.Tags.TryGetValue(Tag, out var value)
            ? int.Parse(value, CultureInfo.InvariantCulture)
            : -1;

    /// <summary>Its membership table.</summary>
    public IEnumerable<(int Subject, MemberStatus Status)> Statuses() => _core.Members.Values.Select(m => (_group.IndexOf(m.Name), m.Status));

    /// <summary>What its failure detector holds of each node, itself included.</summary>
    public IEnumerable<(int Subject, uint Incarnation, SwimState State)> Held() => _core.Nodes.Select(n => (_group.IndexOf(n.Name), n.Incarnation, n.State));


    private void JoinContacts(Instant now)
    {
        _joinAt = Instant.Never;
        if (_hasJoined || _group.Options.Nodes < 2) return;
        _joinAt = now + JoinRetry;
        foreach (var contact in _group.ContactsOf(_port.Node)) Join(contact, now);
    }

    private void BeginKnowingAll(Alive[] words, Instant now)
    {
        foreach (var word in words)
        {
            _core.Receive(word, word.Address, now);
            Drain();
        }

        _core.Settle();
        _hasJoined = true;
    }

    private void OnJoined(Instant now)
    {
        _hasJoined = true;
        _joinAt = Instant.Never;
        _core.Joined(now);
    }

    private void Reply(Exchange exchange, GossipMessage message)
    {
        var reply = _group.Wire.EncodeStream(message, out var size);
        _port.Reply(exchange, reply, size);
    }

    /// <summary>
    /// Memberlist answers probes at once, queues the rest and takes from the queue the newest first, alive messages before all others
    /// (specification, section 9).
    /// </summary>
    private void SortAsOldPeersDo()
    {
        var sorted = _messages
            .Select((message, order) => (message, order))
            .OrderBy(m => m.message switch { Alive => 1, Suspect or Dead or UserMessage => 2, _ => 0 })
            .ThenBy(m => m.message is Ping or Ack or Nack or IndirectPing ? m.order : -m.order)
            .Select(m => m.message)
            .ToArray();
        _messages.Clear();
        _messages.AddRange(sorted);
    }

    private void Drain()
    {
        while (_core.TryTake(out var output))
        {
            switch (output)
            {
                case SendPacket send:
                    var payload = _group.Wire.Encode(send, out var size);
                    if (_group.IndexOf(send.To) is >= 0 and var to) _port.Send(to, payload, size);
                    break;
                case StartPushPull exchange:
                    OpenTo(exchange.To, _core.LocalState(exchange.Join), _timing.StreamTimeout);
                    break;
                case StartStreamPing ping:
                    OpenTo(ping.To, new Ping(ping.Sequence, ping.Node, _group.Addresses[_port.Node], _port.Name), ping.Within);
                    break;
                case MemberChanged changed when _group.IndexOf(changed.Member.Name) is var subject && subject != _port.Node:
                    if (changed.Change is { } change) Report(change, subject, changed.Member);
                    else Restate(subject, changed.Member.Status);
                    break;
                case LeaveFinished:
                    _group.EndSoon(_port.Node);
                    break;
                case Noticed { What: Notice.LoopLate } late:
                    _group.ReportLateLoop(_port.Node, late.Detail);
                    break;
                case Noticed { What: Notice.ProbeFailed or Notice.Refuted or Notice.NameConflict or Notice.MergeRefused or Notice.Dropped } noticed:
                    _port.Note(noticed.What.ToString(), _group.IndexOf(noticed.Node), noticed.Detail);
                    break;
            }
        }
    }

    private void OpenTo(NodeAddress to, GossipMessage message, TimeSpan timeout)
    {
        if (_group.IndexOf(to) is not (>= 0 and var index)) return;
        var request = _group.Wire.EncodeStream(message, out var size);
        _port.Open(index, request, size, timeout);
    }

    private void Report(MembershipChange change, int subject, Member member)
    {
        _port.Note(change.ToString(), subject, member.Incarnation);
        _group.Report(new GossipReport(_port.Node, subject, change, member.Status, member.Incarnation));
    }

    private void Restate(int subject, MemberStatus status)
    {
        _port.Note(status.ToString(), subject, null);
        _group.Ledger.Record(_port.Node, subject, status);
    }

    /// <summary>Marks the exchanges of a join by command: only those are followed by a join intent.</summary>
    private sealed class JoinCommand
    {
        public static readonly JoinCommand Instance = new();
    }
}
