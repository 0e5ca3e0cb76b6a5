using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
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
    private const int DefaultPort = 7946;
    private const int ReceiveBuffer = 2 * 1024 * 1024;
    private const int MaxWaitingMessages = 4096;

    /// <summary>The tag that says a member understands application messages.</summary>
    public const string SkerryTag = "skerry";

    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(12);

    private readonly GossipOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly GossipMetrics _metrics;
    private readonly Channel<ApplicationMessage> _applicationMessages;
    private readonly Lock _watchersGate = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<Channel<MembershipEvent>> _watchers = [];
    private ImmutableSortedDictionary<string, Member> _members = ImmutableSortedDictionary<string, Member>.Empty.WithComparers(StringComparer.Ordinal);
    private Socket? _udp;
    private GossipLoop? _loop;
    private StreamDoor? _streams;
    private MemberSnapshot? _snapshot;
    private bool _disposed;

    /// <summary>A node that does nothing until <see cref="StartAsync"/>.</summary>
    public GossipNode(GossipOptions options, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger("Skerry.Gossip");
        _metrics = new GossipMetrics(meters, () => Members.Values.Count(member => member.Status == MemberStatus.Alive), () => _loop?.Read(core => core.HealthScore) ?? 0);
        _applicationMessages = Channel.CreateBounded<ApplicationMessage>(
            new BoundedChannelOptions(MaxWaitingMessages) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => _metrics.ApplicationDropped());
    }

    /// <summary>Name of this node.</summary>
    public string Name => _options.NodeName;

    /// <summary>The address others reach this node's gossip at; known once started.</summary>
    public IPEndPoint LocalAddress { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Every member known, itself included, in ordinal order of the names: an immutable snapshot, replaced at each change.</summary>
    public ImmutableSortedDictionary<string, Member> Members => Volatile.Read(ref _members);

    /// <summary>Lifeguard's local health: 0 is well, up to 7.</summary>
    public int HealthScore => Loop.Read(core => core.HealthScore);

    /// <summary>This node's own coordinate.</summary>
    public Coordinate Coordinate => Loop.Read(core => core.Coordinate);

    /// <summary>Ends when the group gave this node's name to another node: this one has stopped taking part and must end.</summary>
    public Task<string> Evicted => _evicted.Task;

    /// <summary>The largest payload <see cref="TrySendDatagram"/> carries in one packet, bytes.</summary>
    public static int MaxDatagramPayload => 1400 - 2 - GossipCipher.Overhead;

    /// <summary>Application messages as they arrive; bounded, the oldest dropped and counted when the reader is slow.</summary>
    public ChannelReader<ApplicationMessage> ApplicationMessages => _applicationMessages.Reader;

    private readonly TaskCompletionSource<string> _evicted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GossipLoop Loop => _loop ?? throw new InvalidOperationException("Gossip has not been started.");

    /// <summary>The last known coordinate of a member, this node included; null when none is known.</summary>
    public Coordinate? CoordinateOf(string member) => Loop.Read(core => core.CoordinateOf(member));

    /// <summary>Binds the sockets and starts the protocol; rejoins from the snapshot in the background when there is one.</summary>
    /// <exception cref="GossipException">The address is in use or cannot be bound, or an option cannot be; the message says what to do.</exception>
    public Task StartAsync(CancellationToken cancellation)
    {
        if (_options.NodeName.Length is 0 or > 128) throw new GossipException("The node's name must have 1 to 128 characters.");
        if (!TagsCodec.TryEncode(_options.Tags, out _)) throw new GossipException("The node's tags take more than the 512 bytes that gossip carries: remove some.");
        if (!Keyring.TryCreate(_options.Keys.Select(key => ByteString.CopyOf(key.Span)), out var keyring))
            throw new GossipException("A gossip key must have 16, 24 or 32 bytes.");

        var (udp, tcp) = Bind(_options.Bind);
        _udp = udp;
        LocalAddress = Advertised((IPEndPoint)udp.LocalEndPoint!);
        if (_options.SnapshotPath is { } path) _snapshot = MemberSnapshot.Open(path, _options.RejoinAfterLeave, _logger);
        var rejoin = _snapshot?.Alive.Where(member => member.Key != Name).Select(member => member.Value).ToArray() ?? [];

        var timing = GossipTiming.Of(_options.Profile);
        var options = new GossipCoreOptions
        {
            Name = Name,
            Address = NodeAddress.From(LocalAddress),
            Tags = _options.Tags,
            Timing = timing,
            EncryptionOverhead = PacketEncoder.EncryptionOverhead(keyring),
            ReconnectTimeout = _options.ReconnectTimeout,
            TombstoneTimeout = _options.TombstoneTimeout,
            DeadNodeReclaimTime = _options.DeadNodeReclaimTime,
            SavedClocks = _snapshot?.Clocks ?? default,
        };
        var prng = new Prng(_options.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
        _loop = new GossipLoop(new GossipCore(options, prng), udp, keyring, _time, this, _metrics, _logger);
        _streams = new StreamDoor(tcp, _loop, timing.StreamTimeout, _metrics, _logger);
        _loop.Start();
        _streams.Start();
        GossipLog.Listening(_logger, Name, LocalAddress.ToString(), keyring.IsEmpty ? "not encrypted" : "encrypted");
        if (rejoin.Length > 0) _streams.Launch(stopping => RejoinAsync(rejoin, prng.Fork(), stopping));
        return Task.CompletedTask;
    }

    /// <summary>Every change from now on, in order, to one reader; unsubscribed by cancelling the enumeration.</summary>
    public IAsyncEnumerable<MembershipEvent> WatchAsync(CancellationToken cancellation)
    {
        // Subscribed here, not at the first MoveNext: no change between the two is missed.
        var channel = Channel.CreateUnbounded<MembershipEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_watchersGate) _watchers = _watchers.Add(channel);
        return ReadAsync(channel, cancellation);
    }

    /// <summary>Joins through each of <c>host</c>, <c>host:port</c>, <c>name/host:port</c>, <c>[v6]:port</c>.</summary>
    /// <returns>How many of them answered.</returns>
    /// <exception cref="GossipException">None answered; the message lists each with its reason.</exception>
    public async Task<int> JoinAsync(IReadOnlyList<string> addresses, CancellationToken cancellation)
    {
        var failures = new List<string>();
        var answered = 0;
        foreach (var text in addresses)
        {
            if (await JoinOneAsync(text, cancellation) is { } failure) failures.Add($"{text}: {failure}");
            else answered++;
        }

        if (answered == 0 && failures.Count > 0) throw new GossipException($"Could not join: {string.Join("; ", failures)}.");
        if (answered > 0) Loop.Step((core, now) => core.Joined(now));
        return answered;
    }

    /// <summary>Says goodbye, waits until that was gossiped (at most 12 s), then stops taking part.</summary>
    public async Task LeaveAsync(CancellationToken cancellation)
    {
        _snapshot?.Left();
        Loop.Step((core, now) => core.Leave(now));
        await _left.Task.WaitAsync(LeaveTimeout, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Turns a failed member into a left one everywhere; with <paramref name="prune"/> it is forgotten at once.</summary>
    /// <returns>False when no such member is known.</returns>
    public Task<bool> ForceLeaveAsync(string member, bool prune, CancellationToken cancellation) =>
        Task.FromResult(Loop.Step((core, now) => core.ForceLeave(member, prune, now)));

    /// <summary>Replaces what this node says of itself.</summary>
    /// <exception cref="GossipException">More than 512 bytes encoded.</exception>
    public Task SetTagsAsync(ImmutableSortedDictionary<string, string> tags, CancellationToken cancellation)
    {
        if (!Loop.Step((core, now) => core.SetTags(tags, now))) throw new GossipException("The node's tags take more than the 512 bytes that gossip carries: remove some.");
        return Task.CompletedTask;
    }

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

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (_streams is not null) await _streams.DisposeAsync();
        _loop?.Dispose();
        _udp?.Dispose();
        _snapshot?.Dispose();
        _applicationMessages.Writer.TryComplete();
        foreach (var watcher in _watchers) watcher.Writer.TryComplete();
    }

    void IGossipEffects.Do(GossipOutput output)
    {
        switch (output)
        {
            case MemberChanged change: OnMemberChanged(change); break;
            case StartPushPull exchange: _streams?.Launch(stopping => _streams.PushPullAsync(exchange.To.ToEndPoint(), exchange.Join, stopping)); break;
            case StartStreamPing ping:
                var message = new Ping(ping.Sequence, ping.Node, NodeAddress.From(LocalAddress), Name);
                _streams?.Launch(stopping => _streams.PingAsync(ping.To.ToEndPoint(), message, ping.Within, stopping));
                break;
            case DeliverApplication delivery: _applicationMessages.Writer.TryWrite(new ApplicationMessage(delivery.From.ToEndPoint(), delivery.Payload)); break;
            case LeaveFinished: _left.TrySetResult(); break;
            case ClockMoved: _snapshot?.ClocksMoved(_loop!.Read(core => core.Clocks)); break;
            case KeyOperation operation: ChangeKeys(operation); break;
            case Noticed noticed: OnNoticed(noticed); break;
        }
    }

    void IGossipEffects.OnBroken(Exception broken) => _evicted.TrySetResult($"gossip broke: {broken.Message}");

    private async Task<string?> JoinOneAsync(string text, CancellationToken cancellation)
    {
        if (!JoinAddress.TryParse(text, DefaultPort, out var address)) return "not an address: write HOST, HOST:PORT or [IPV6]:PORT";
        try
        {
            string? failure = "the name has no address";
            foreach (var endPoint in await address.ResolveAsync(cancellation))
            {
                failure = await _streams!.PushPullAsync(endPoint, join: true, cancellation);
                if (failure is null) return null;
            }

            return failure;
        }
        catch (SocketException unknown)
        {
            return unknown.Message;
        }
    }

    private async Task RejoinAsync(IPEndPoint[] addresses, Prng prng, CancellationToken stopping)
    {
        prng.Shuffle(addresses.AsSpan());
        GossipLog.Rejoining(_logger, addresses.Length);
        foreach (var address in addresses)
        {
            if (await _streams!.PushPullAsync(address, join: true, stopping) is not null) continue;
            Loop.Step((core, now) => core.Joined(now));
            return;
        }
    }

    private async IAsyncEnumerable<MembershipEvent> ReadAsync(Channel<MembershipEvent> channel, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellation)) yield return change;
        }
        finally
        {
            lock (_watchersGate) _watchers = _watchers.Remove(channel);
        }
    }

    private void OnMemberChanged(MemberChanged change)
    {
        var member = change.Member;
        Volatile.Write(ref _members, change.Change == MembershipChange.Reaped ? _members.Remove(member.Name) : _members.SetItem(member.Name, member));
        if (change.Change is not { } kind) return;
        if (member.Status == MemberStatus.Alive && kind != MembershipChange.Reaped) _snapshot?.MemberAlive(member.Name, member.Address);
        else _snapshot?.MemberGone(member.Name);
        switch (kind)
        {
            case MembershipChange.Joined: GossipLog.Joined(_logger, member.Name, member.Address.ToString()); break;
            case MembershipChange.Left: GossipLog.Left(_logger, member.Name); break;
            case MembershipChange.Failed: GossipLog.Failed(_logger, member.Name); break;
            case MembershipChange.Updated: GossipLog.Updated(_logger, member.Name); break;
            case MembershipChange.Reaped: GossipLog.Reaped(_logger, member.Name); break;
        }

        var news = new MembershipEvent(kind, member, _time.GetUtcNow());
        lock (_watchersGate)
        {
            foreach (var watcher in _watchers) watcher.Writer.TryWrite(news);
        }
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

    private void ChangeKeys(KeyOperation operation)
    {
        var ring = _loop!.Keyring;
        Keyring? changed = null;
        var done = !ring.IsEmpty && operation.Query.Name switch
        {
            "_serf_install-key" => ring.TryAdd(operation.Key, out changed),
            "_serf_use-key" => ring.TryUse(operation.Key, out changed),
            "_serf_remove-key" => ring.TryRemove(operation.Key, out changed),
            _ => true,
        };
        if (changed is not null)
        {
            _loop.Keyring = ring = changed;
            GossipLog.KeysChanged(_logger, operation.Query.Name);
        }

        var isListing = operation.Query.Name == "_serf_list-keys" && done;
        var response = new KeyResponse(
            done,
            done ? "" : ring.IsEmpty ? "encryption is not enabled" : "the key is not installed, is the primary, or is no key",
            isListing ? [.. ring.Keys.Select(key => Convert.ToBase64String(key.Span))] : [],
            isListing ? Convert.ToBase64String(ring.Primary.Span) : "");
        _streams!.Launch(_ =>
        {
            // Not from within the step that asked: the core takes one call at a time.
            _loop.Step((core, _) => core.AnswerKeyOperation(operation.Query, response));
            return Task.CompletedTask;
        });
    }

    private Member? FindSkerry(string member) => Members.TryGetValue(member, out var found) && found.Tags.ContainsKey(SkerryTag) ? found : null;

    private IPEndPoint Advertised(IPEndPoint bound)
    {
        if (_options.Advertise is { } advertise) return advertise.Port == 0 ? new IPEndPoint(advertise.Address, bound.Port) : advertise;
        if (!bound.Address.Equals(IPAddress.Any) && !bound.Address.Equals(IPAddress.IPv6Any)) return bound;
        // The address this machine would speak to the world with; no packet is sent to find it.
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            probe.Connect(new IPAddress([192, 0, 2, 1]), 9);
            return new IPEndPoint(((IPEndPoint)probe.LocalEndPoint!).Address, bound.Port);
        }
        catch (SocketException)
        {
            throw new GossipException("gossip.bind names every address, and this machine has no route to tell which one others reach it at: set gossip.advertise.");
        }
    }

    private static (Socket Udp, Socket Tcp) Bind(IPEndPoint address)
    {
        // With port 0 the system picks one for UDP that may be taken for TCP: try a few.
        for (var attempt = 0; ; attempt++)
        {
            var udp = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            var tcp = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                tcp.Bind(address);
                udp.Bind(new IPEndPoint(address.Address, ((IPEndPoint)tcp.LocalEndPoint!).Port));
                tcp.Listen(512);
                for (var size = ReceiveBuffer; udp.ReceiveBufferSize < size && size > 65_536; size /= 2) udp.ReceiveBufferSize = size;
                return (udp, tcp);
            }
            catch (SocketException refused)
            {
                udp.Dispose();
                tcp.Dispose();
                if (address.Port == 0 && attempt < 16) continue;
                throw new GossipException(Explain(address, refused), refused);
            }
        }
    }

    private static string Explain(IPEndPoint address, SocketException refused) => refused.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"Gossip cannot listen on {address}: another program does. See which with: ss -lptn 'sport = :{address.Port}' and ss -lpun 'sport = :{address.Port}'; or set gossip.bind to another port.",
        SocketError.AddressNotAvailable => $"Gossip cannot listen on {address}: this machine does not have that address. Set gossip.bind to one that `ip address` shows.",
        SocketError.AccessDenied => $"Gossip cannot listen on {address}: ports below 1024 need a privilege. Set gossip.bind to a higher port.",
        _ => $"Gossip cannot listen on {address}: {refused.Message}.",
    };
}
