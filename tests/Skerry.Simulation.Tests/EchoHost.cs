using Skerry.Primitives;

namespace Skerry.Simulation.Tests;

/// <summary>The smallest protocol there is, to test the world with: every 100 ms a packet to a random node, which answers.</summary>
internal sealed class EchoHost(NodePort port, Prng random, int nodes) : IHost
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public Instant NextDeadline { get; private set; } = Instant.Never;

    public int Received { get; private set; }

    public List<int> Order { get; } = [];

    public List<string> Outcomes { get; } = [];

    public bool IsSilent { get; set; }

    public void Start(Instant now) => NextDeadline = now + random.NextDuration(Interval);

    public void Advance(Instant now)
    {
        NextDeadline = now + Interval;
        if (!IsSilent) port.Send(random.Next(nodes), "ping", 100);
    }

    public void Receive(Packet packet, Instant now)
    {
        Received++;
        if (packet.Payload is int number) Order.Add(number);
        if (packet.Payload is "ping") port.Send(packet.From, "pong", 50);
    }

    public void Serve(Exchange exchange, Instant now) => port.Reply(exchange, "reply", 1000);

    public void Replied(Exchange exchange, Instant now) => Outcomes.Add("replied");

    public void Failed(Exchange exchange, Instant now) => Outcomes.Add(exchange.Failure.ToString());

    public string Describe(object payload) => payload.ToString()!;
}
