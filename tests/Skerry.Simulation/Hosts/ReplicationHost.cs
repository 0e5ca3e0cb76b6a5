using Skerry.Primitives;
using Skerry.Replication;
using Skerry.Replication.Core;
using Skerry.Replication.Wire;

namespace Skerry.Simulation.Hosts;

/// <summary>A replication core in the world, its messages as bytes: as datagrams where they fit, else as exchanges without a reply.</summary>
/// <param name="port">Its door.</param>
/// <param name="random">Its chance.</param>
/// <param name="names">Every node's name, by id.</param>
internal sealed class ReplicationHost(NodePort port, Prng random, IReadOnlyList<string> names) : IHost
{
    private const int DatagramSize = 1200;
    private static readonly TimeSpan StreamTimeout = TimeSpan.FromSeconds(5);

    private ReplicationCore? _core;

    /// <summary>The core; made by <see cref="Start"/>.</summary>
    public ReplicationCore Core => _core ?? throw new InvariantException("The node was never started");

    /// <summary>Changes of others' records heard, in order.</summary>
    public List<Record> Heard { get; } = [];

    /// <summary>How many neighbours acknowledged each publication, by ticket.</summary>
    public Dictionary<ulong, int> Done { get; } = [];

    /// <summary>Bytes of everything sent.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Messages sent.</summary>
    public long SentMessages { get; private set; }

    public Instant NextDeadline => Core.NextDeadline;

    public void Start(Instant now) => _core = new ReplicationCore(port.Name, random.Fork(), now);

    /// <summary>Says or withdraws things.</summary>
    public ulong Publish(IReadOnlyCollection<RecordChange> changes, ulong wall, Instant now)
    {
        var ticket = Core.Publish(changes, wall, now);
        Drain();
        return ticket;
    }

    /// <summary>Membership's word on who is there.</summary>
    public void SetPeers(IEnumerable<string> peers, Instant now)
    {
        Core.SetPeers([.. peers.Where(peer => peer != port.Name).Order(StringComparer.Ordinal)], now);
        Drain();
    }

    public void Advance(Instant now)
    {
        Core.Advance(now);
        Drain();
    }

    public void Receive(Packet packet, Instant now) => Take((byte[])packet.Payload, now);

    public void Serve(Exchange exchange, Instant now)
    {
        Take((byte[])exchange.Request!, now);
        port.Reply(exchange, null, 1);
    }

    public void Replied(Exchange exchange, Instant now)
    {
        // Streams carry no answer.
    }

    public void Failed(Exchange exchange, Instant now)
    {
        // The next comparison makes up for it.
    }

    public string Describe(object payload) =>
        ReplicationCodec.TryDecode((byte[])payload, out var message) ? message.GetType().Name : "unreadable";

    private void Take(byte[] bytes, Instant now)
    {
        Invariant.That(ReplicationCodec.TryDecode(bytes, out var message));
        Core.Receive(message, now);
        Drain();
    }

    private void Drain()
    {
        while (Core.TryTake(out var output))
        {
            switch (output)
            {
                case SendMessage send: Send(send); break;
                case RecordChanged change: Heard.Add(change.Record); break;
                case PublishDone done: Done[done.Ticket] = done.Acknowledged; break;
            }
        }
    }

    private void Send(SendMessage send)
    {
        var bytes = ReplicationCodec.Encode(send.Message);
        SentBytes += bytes.Length;
        SentMessages++;
        var to = IndexOf(send.To);
        if (bytes.Length <= DatagramSize) port.Send(to, bytes, bytes.Length);
        else port.Open(to, bytes, bytes.Length, StreamTimeout);
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name) return i;
        }

        throw new InvariantException($"No node is called {name}");
    }
}
