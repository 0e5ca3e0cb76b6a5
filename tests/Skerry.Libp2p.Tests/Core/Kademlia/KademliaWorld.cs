using System.Buffers.Binary;

using Skerry.Libp2p.Core.Kademlia;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Tests.Core.Kademlia;

/// <summary>Many cores in one process under one clock: every message is encoded, takes its time, and may be lost; nodes come, go silent and come back.</summary>
internal sealed class KademliaWorld(ulong seed, DhtOptions options)
{
    private readonly Prng _random = new(seed);
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Dictionary<PeerId, KademliaCore> _cores = [];
    private readonly Dictionary<(PeerId, long), List<PeerAddresses>> _found = [];
    private readonly Dictionary<(PeerId, long), int> _done = [];
    private readonly Dictionary<PeerId, PeerAddresses> _addresses = [];
    private readonly HashSet<PeerId> _silent = [];
    private readonly Dictionary<PeerId, Instant> _wakes = [];
    private readonly Dictionary<(PeerId Server, long Number), (PeerId Client, long Request)> _asked = [];
    private long _order;
    private long _lastAsked;

    public Instant Now { get; private set; }

    /// <summary>The part of all messages that is lost.</summary>
    public double Loss { get; set; }

    public long Messages { get; private set; }

    public IReadOnlyList<PeerId> Nodes => [.. _cores.Keys];

    public KademliaCore this[PeerId node] => _cores[node];

    public PeerAddresses AddressOf(PeerId node) => _addresses[node];

    public PeerId Start(DhtMode mode = DhtMode.Server)
    {
        var seed = new byte[32];
        BinaryPrimitives.WriteInt32LittleEndian(seed, _cores.Count + 1);
        var node = IdentityKey.FromSeed(seed).PeerId;
        _addresses.Add(node, new PeerAddresses(node, [Multiaddr.Parse($"/ip4/10.0.0.1/tcp/{1 + _cores.Count}")]));
        _cores.Add(node, new KademliaCore(node, options with { Mode = mode }, _random.Fork()) { Addresses = AddressOf(node).Addresses });
        return node;
    }

    /// <summary>A connection between two, which tell each other what they are.</summary>
    public void Connect(PeerId one, PeerId other)
    {
        Step(one, core => core.Met(AddressOf(other), _cores[other].Mode == DhtMode.Server, Now));
        Step(other, core => core.Met(AddressOf(one), _cores[one].Mode == DhtMode.Server, Now));
    }

    public void Silence(PeerId node) => _silent.Add(node);

    public void Wake(PeerId node) => _silent.Remove(node);

    public void Step(PeerId node, Action<KademliaCore> step)
    {
        var core = _cores[node];
        step(core);
        while (core.TryTake(out var output)) Do(node, output);
        if (core.NextDeadline == Instant.Never || (_wakes.TryGetValue(node, out var wake) && wake <= core.NextDeadline && wake > Now)) return;
        var at = _wakes[node] = Instant.Max(core.NextDeadline, Now);
        At(at - Now, () =>
        {
            if (_wakes.TryGetValue(node, out var planned) && planned == at) _wakes.Remove(node);
            if (core.NextDeadline <= Now) Step(node, due => due.Advance(Now));
            else Step(node, _ => { });
        });
    }

    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (_events.TryPeek(out _, out var when) && when.At <= end.Ticks)
        {
            Now = new Instant(Math.Max(Now.Ticks, when.At));
            _events.Dequeue()();
        }

        Now = end;
    }

    /// <summary>Runs a query to its end.</summary>
    public (IReadOnlyList<PeerAddresses> Found, int Reached) Ask(PeerId node, Func<KademliaCore, long> begin)
    {
        var number = 0L;
        Step(node, core => number = begin(core));
        for (var i = 0; i < 1000 && !_done.ContainsKey((node, number)); i++) Run(TimeSpan.FromMilliseconds(100));
        Assert.True(_done.TryGetValue((node, number), out var reached), "The query has not ended.");
        return (_found.GetValueOrDefault((node, number), []), reached);
    }

    public (IReadOnlyList<PeerAddresses> Found, int Reached) FindPeer(PeerId node, PeerId wanted) =>
        Ask(node, core => core.TryFindPeer(wanted, Now, out var number) ? number : -1);

    public (IReadOnlyList<PeerAddresses> Found, int Reached) FindProviders(PeerId node, DhtKey key, int limit = 20) =>
        Ask(node, core => core.TryFindProviders(key, limit, Now, out var number) ? number : -1);

    public int Provide(PeerId node, DhtKey key) => Ask(node, core => core.TryProvide(key, Now, out var number) ? number : -1).Reached;

    private void At(TimeSpan after, Action what) => _events.Enqueue(what, ((Now + after).Ticks, _order++));

    private void Do(PeerId node, KadOutput output)
    {
        switch (output.Kind)
        {
            case KadOutputKind.Ask or KadOutputKind.Tell:
                var number = ++_lastAsked;
                _asked[(output.Peer!.Peer, number)] = (node, output.Number);
                Carry(node, output.Peer.Peer, output.Message!, message => Step(output.Peer.Peer, core =>
                {
                    // Who is asked hears from identify what the asker is.
                    core.Met(AddressOf(node), _cores[node].Mode == DhtMode.Server, Now);
                    core.Receive(message, node, number, Now);
                }));
                break;
            case KadOutputKind.Answer or KadOutputKind.Taken or KadOutputKind.Refuse:
                _asked.Remove((node, output.Number), out var asked);
                Carry(node, asked.Client, output.Message ?? new KadMessage(KadMessageType.Ping, []), message => Step(asked.Client, core =>
                {
                    if (output.Kind == KadOutputKind.Refuse) core.Failed(asked.Request, Now);
                    else core.Answered(asked.Request, output.Message is null ? null : message, Now);
                }));
                break;
            case KadOutputKind.Found:
                if (!_found.TryGetValue((node, output.Number), out var found)) _found.Add((node, output.Number), found = []);
                found.Add(output.Peer!);
                break;
            default:
                _done.Add((node, output.Number), output.Count);
                break;
        }
    }

    private void Carry(PeerId from, PeerId to, KadMessage message, Action<KadMessage> arrive)
    {
        Messages++;
        if (_random.Chance(Loss)) return;
        // Some are carried as bytes, as all are between hosts; the others save the time.
        var decoded = message;
        if (Messages % 50 == 0)
        {
            var bytes = KadCodec.Encode(message);
            Assert.InRange(bytes.Length, 1, KadCodec.MaxAnswer);
            Assert.True(KadCodec.TryDecode(bytes, out decoded));
        }

        At(TimeSpan.FromMilliseconds(5 + _random.Next(50)), () =>
        {
            if (!_silent.Contains(from) && !_silent.Contains(to) && _cores.ContainsKey(to)) arrive(decoded);
        });
    }
}
