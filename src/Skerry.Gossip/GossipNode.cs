using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;

using Microsoft.Extensions.Logging;

using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Driver;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip;

/// <summary>
/// Membership of one group by SWIM with Lifeguard, on the wire of memberlist and Serf: sockets and timers around the core.
/// </summary>
public sealed class GossipNode : IAsyncDisposable, IGossipEffects
{
    /// <summary>The tag that says a member understands application messages.</summary>
    public const string SkerryTag = "skerry";

    /// <summary>Bytes of an event's name and payload together: with what gossip adds it must fit a packet.</summary>
    public const int MaxEventSize = 1024;

    private const int PacketSize = 1400;

    /// <summary>Events that wait for their reader; above it the oldest goes.</summary>
    private const int MaxEvents = 512;
    private const int MaxNameLength = 128;

    /// <summary>Memory for streams of others that are half received, bytes.</summary>
    private const long StreamMemory = 128 * 1024 * 1024;

    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(5);

    private readonly GossipOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly GossipMetrics _metrics;
    private readonly MemberView _view;
    private readonly ApplicationInbox _inbox;
    private readonly Channel<GossipEvent> _events = Channel.CreateBounded<GossipEvent>(new BoundedChannelOptions(MaxEvents) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly BackgroundTasks _tasks = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _evicted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (Socket Packets, Socket Streams)? _sockets;
    private MemberSnapshot? _snapshot;
    private KeyStore? _keys;
    private GossipLoop? _loop;
    private StreamClient? _streams;
    private Joiner? _joiner;

    /// <summary>A node that does nothing until <see cref="StartAsync"/>.</summary>
    public GossipNode(GossipOptions options, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger("Skerry.Gossip");
        _view = new MemberView(time, _logger);
        _metrics = new GossipMetrics(meters, () => Members.Values.Count(member => member.Status == MemberStatus.Alive), () => _loop?.Read(core => core.HealthScore) ?? 0);
        _inbox = new ApplicationInbox(_metrics);
    }

    /// <summary>Name of this node.</summary>
    public string Name => _options.NodeName;

    /// <summary>The address others reach this node's gossip at; known once started.</summary>
    public IPEndPoint LocalAddress { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Every member known, itself included, in ordinal order of the names: an immutable snapshot, replaced at each change.</summary>
    public ImmutableSortedDictionary<string, Member> Members => _view.Members;

    /// <summary>Lifeguard's local health: 0 is well, up to 7.</summary>
    public int HealthScore => Loop.Read(core => core.HealthScore);

    /// <summary>This node's own coordinate.</summary>
    public Coordinate Coordinate => Loop.Read(core => core.Coordinate);

    /// <summary>Ends, with the reason, when this node can take part no longer: the group gave its name to another node, or gossip broke. It must end then.</summary>
    public Task<string> Evicted => _evicted.Task;

    /// <summary>The largest payload <see cref="TrySendDatagram"/> carries in one packet, bytes.</summary>
    public static int MaxDatagramPayload => PacketSize - 2 - GossipCipher.Overhead; // two types: a user message, of an application

    /// <summary>Application messages as they arrive: at most 4096 wait, 64 MiB together; what is too much for a slow reader is dropped and counted.</summary>
    public ChannelReader<ApplicationMessage> ApplicationMessages => _inbox;

    private GossipLoop Loop => _loop ?? throw new InvalidOperationException("Gossip has not been started.");

    /// <summary>The last known coordinate of a member, this node included; null when none is known.</summary>
    public Coordinate? CoordinateOf(string member) => Loop.Read(core => core.CoordinateOf(member));

    /// <summary>Binds the sockets and starts the protocol; rejoins from the snapshot in the background when there is one.</summary>
    /// <exception cref="GossipException">The address is in use or cannot be bound, or an option cannot be; the message says what to do.</exception>
    public Task StartAsync(CancellationToken cancellation)
    {
        if (_options.NodeName.Length is 0 or > MaxNameLength) throw new GossipException($"The node's name must have 1 to {MaxNameLength} characters.");
        if (!TagsCodec.TryEncode(_options.Tags, out _)) throw TooManyTags();
        _keys = KeyStore.Open(_options, _logger);
        var sockets = GossipSockets.Bind(_options.Bind);
        _sockets = sockets;
        var bound = (IPEndPoint)sockets.Packets.LocalEndPoint!;
        LocalAddress = GossipSockets.Advertised(bound, _options.Advertise);
        if (_options.SnapshotPath is { } path) _snapshot = MemberSnapshot.Open(path, _options.RejoinAfterLeave, _time, _logger);
        var rejoin = _snapshot?.Alive.Where(member => member.Key != Name).Select(member => member.Value).ToArray() ?? [];

        var timing = GossipTiming.Of(_options.Profile);
        var prng = new Prng(_options.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
        var order = new Prng(prng.NextUInt64()); // of rejoining; the core has the other to itself
        var budget = new StreamBudget(StreamMemory);
        var loop = new GossipLoop(new GossipCore(CoreOptions(timing), prng), sockets.Packets, _keys, _time, this, _metrics, _logger);
        _loop = loop;
        _streams = new StreamClient(bound.Address, loop, _keys, budget, timing.StreamTimeout, _metrics, _logger);
        _joiner = new Joiner(_streams, loop, _view, timing.StreamTimeout, _time, _logger);
        loop.Start();
        new StreamServer(sockets.Streams, loop, _keys, _tasks, budget, timing.StreamTimeout, _metrics, _logger).Start();
        GossipLog.Listening(_logger, Name, LocalAddress.ToString(), _keys.Ring.IsEmpty ? "not encrypted" : "encrypted");
        if (rejoin.Length > 0) _tasks.Launch(stopping => _joiner.RejoinAsync(Name, rejoin, order, stopping));
        return Task.CompletedTask;
    }

    /// <summary>Every change from now on, in order, to one reader; unsubscribed by cancelling the enumeration. Ends when the node stops.</summary>
    public IAsyncEnumerable<MembershipEvent> WatchAsync(CancellationToken cancellation) => _view.WatchAsync(cancellation);

    /// <summary>Joins through each of <c>host</c>, <c>host:port</c>, <c>name/host:port</c>, <c>[v6]:port</c>.</summary>
    /// <returns>How many of them answered.</returns>
    /// <exception cref="GossipException">None answered; the message lists each with its reason.</exception>
    public Task<int> JoinAsync(IReadOnlyList<string> addresses, CancellationToken cancellation)
    {
        if (_joiner is null) throw new InvalidOperationException("Gossip has not been started.");
        if (_tasks.Stopping.IsCancellationRequested) throw new GossipException("This node has left its group: start it again to join.");
        return _joiner.JoinAsync(addresses, cancellation);
    }

    /// <summary>Says goodbye, waits until that was gossiped (at most 5 s; less when cancelled), then stops taking part.</summary>
    public async Task LeaveAsync(CancellationToken cancellation)
    {
        _snapshot?.Leave();
        Loop.Step((core, now) => core.Leave(now));
        await _left.Task.WaitAsync(LeaveTimeout, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        GossipLog.LeftGroup(_logger, Name);
        await StopAsync();
    }

    /// <summary>User events as they come, for one reader; whoever reads too late misses the oldest.</summary>
    public ChannelReader<GossipEvent> Events => _events.Reader;

    /// <summary>Tells every member of an event, Serf's agents too. It may be lost where nearly all packets are.</summary>
    /// <exception cref="GossipException">Name and payload are longer than <see cref="MaxEventSize"/>.</exception>
    public void FireEvent(string name, ReadOnlySpan<byte> payload)
    {
        if (Encoding.UTF8.GetByteCount(name) + payload.Length > MaxEventSize) throw new GossipException($"An event has at most {MaxEventSize} bytes, its name included.");
        var copy = ByteString.CopyOf(payload);
        Loop.Step((core, now) => core.FireEvent(name, copy, now));
    }

    /// <summary>Turns a failed member into a left one everywhere; with <paramref name="prune"/> it is forgotten at once.</summary>
    /// <returns>False when no such member is known.</returns>
    public Task<bool> ForceLeaveAsync(string member, bool prune, CancellationToken cancellation) =>
        Task.FromResult(Loop.Step((core, now) => core.ForceLeave(member, prune, now)));

    /// <summary>Puts other keys in the place of all, as Serf's key queries change one: for this run, whatever <see cref="GossipOptions.KeyringPath"/> holds.</summary>
    /// <param name="keys">The one to send with first.</param>
    /// <returns>False when nothing was changed: one is no key, or gossip is in clear or would be.</returns>
    public bool SetKeys(IEnumerable<ReadOnlyMemory<byte>> keys) => _keys is { } store && store.TryReplace(keys.Select(key => ByteString.CopyOf(key.Span)));

    /// <summary>Replaces what this node says of itself.</summary>
    /// <exception cref="GossipException">More than 512 bytes encoded.</exception>
    public Task SetTagsAsync(ImmutableSortedDictionary<string, string> tags, CancellationToken cancellation) =>
        Loop.Step((core, now) => core.SetTags(tags, now)) ? Task.CompletedTask : Task.FromException(TooManyTags());

    /// <summary>Sends an application message to a Skerry member in one UDP packet: may be lost, never waits.</summary>
    /// <returns>False when the member is unknown, is no Skerry node, or the payload is too large.</returns>
    public bool TrySendDatagram(string member, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > MaxDatagramPayload || FindSkerry(member) is not { } found) return false;
        byte[] part = [(byte)GossipMessageType.User, (byte)SerfMessageType.Application, .. payload];
        Loop.Send(NodeAddress.From(found.Address), part);
        return true;
    }

    /// <summary>Sends an application message of up to 20 MiB to a Skerry member over one TCP exchange.</summary>
    /// <returns>False when the member is unknown, is no Skerry node, could not be reached or did not take it in time.</returns>
    public async Task<bool> SendStreamAsync(string member, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        if (FindSkerry(member) is not { } found) return false;
        byte[] bytes = [(byte)SerfMessageType.Application, .. payload.Span];
        return await _streams!.SendUserAsync(found.Address, new UserMessage(ByteString.Own(bytes)), cancellation);
    }

    /// <summary>Stops without a word: the others will hold this node failed. <see cref="LeaveAsync"/> says goodbye first.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _snapshot?.Dispose();
        _inbox.Complete();
        _events.Writer.TryComplete();
        _view.Complete();
    }

    void IGossipEffects.Do(GossipOutput output)
    {
        switch (output)
        {
            case MemberChanged change:
                OnMemberChanged(change);
                break;
            case StartPushPull exchange:
                _tasks.Launch(stopping => _streams!.PushPullAsync(exchange.To.ToEndPoint(), exchange.Join, stopping));
                break;
            case StartStreamPing ping:
                var message = new Ping(ping.Sequence, ping.Node, NodeAddress.From(LocalAddress), Name);
                _tasks.Launch(stopping => _streams!.PingAsync(ping.To.ToEndPoint(), message, ping.Within, stopping));
                break;
            case DeliverApplication delivery:
                _inbox.Add(new ApplicationMessage(delivery.From.ToEndPoint(), delivery.Payload));
                break;
            case DeliverEvent { Event: var fired }:
                _events.Writer.TryWrite(new GossipEvent(fired.LTime, fired.Name, fired.Payload.Memory));
                break;
            case KeyOperation operation:
                // Beside the loop: the keys go to the disk first, and the core takes one call at a time.
                _tasks.Launch(_ => AnswerKeysAsync(operation));
                break;
            case ClockMoved:
                _snapshot?.ClocksMoved(_loop!.Read(core => core.Clocks));
                break;
            case LeaveFinished:
                _left.TrySetResult();
                break;
            case Noticed noticed:
                OnNoticed(noticed);
                break;
        }
    }

    void IGossipEffects.OnBroken(Exception broken) => _evicted.TrySetResult($"gossip broke: {broken.Message}");

    private static GossipException TooManyTags() => new("The node's tags take more than the 512 bytes that gossip carries: remove some.");

    private GossipCoreOptions CoreOptions(GossipTiming timing) => new()
    {
        Name = Name,
        Address = NodeAddress.From(LocalAddress),
        SendsFromAddress = LocalAddress.Equals(_sockets!.Value.Packets.LocalEndPoint),
        Tags = _options.Tags,
        Timing = timing,
        EncryptionOverhead = PacketEncoder.EncryptionOverhead(_keys!.Ring),
        ReconnectTimeout = _options.ReconnectTimeout,
        TombstoneTimeout = _options.TombstoneTimeout,
        DeadNodeReclaimTime = _options.DeadNodeReclaimTime,
        SavedClocks = _snapshot?.Clocks ?? default,
    };

    private async Task StopAsync()
    {
        await _tasks.DisposeAsync();
        _loop?.Dispose();
        _sockets?.Packets.Dispose();
        _sockets?.Streams.Dispose();
    }

    private Task AnswerKeysAsync(KeyOperation operation)
    {
        var response = _keys!.Change(operation);
        Loop.Step((core, _) => core.AnswerKeyOperation(operation.Query, response));
        return Task.CompletedTask;
    }

    private void OnMemberChanged(MemberChanged change)
    {
        _view.Take(change);
        if (_snapshot is null || change.Change is not { } kind) return;
        var member = change.Member;
        if (member.Status == MemberStatus.Alive && kind != MembershipChange.Reaped) _snapshot.MemberAlive(member.Name, member.Address);
        else _snapshot.MemberGone(member.Name);
    }

    private void OnNoticed(Noticed noticed)
    {
        _metrics.Noticed(noticed.What);
        if (noticed.What == Notice.NameLost) _evicted.TrySetResult(noticed.Detail);
        if (noticed.What is Notice.NameConflict or Notice.NameLost or Notice.OnlyStreamPing or Notice.MergeRefused)
            GossipLog.Alarmed(_logger, noticed.What.ToString(), noticed.Node, noticed.Detail);
        else if (_logger.IsEnabled(LogLevel.Debug))
            GossipLog.Noticed(_logger, noticed.What.ToString(), noticed.Node, noticed.Detail);
    }

    private Member? FindSkerry(string member) => Members.TryGetValue(member, out var found) && found.Tags.ContainsKey(SkerryTag) ? found : null;
}
