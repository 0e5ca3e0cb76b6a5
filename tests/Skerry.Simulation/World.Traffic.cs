using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>Packets and exchanges between the nodes.</summary>
internal sealed partial class World
{
    private long _exchanges;

    /// <summary>Sends one packet.</summary>
    public void Send(SimulatedNode from, int to, object payload, int size)
    {
        var packet = new Packet(from.Index, to, payload, size);
        var copies = Network.Route(packet, out var first, out var second);
        if (copies > 0) Schedule(packet, first);
        if (copies > 1) Schedule(packet, second);
    }

    /// <summary>Opens an exchange.</summary>
    public Exchange Open(SimulatedNode from, int to, object request, int size, TimeSpan timeout, object? tag)
    {
        var exchange = new Exchange(++_exchanges, from.Index, to, request, size)
        {
            Tag = tag,
            Deadline = from.Clock.TimeOf(from.Clock.Read(Now) + timeout),
            FromGeneration = from.Generation,
        };
        Schedule(exchange.Deadline, EventKind.Failure, from, from.Generation, exchange);
        Attempt(exchange);
        return exchange;
    }

    /// <summary>Sends the reply of an exchange.</summary>
    public void Reply(SimulatedNode from, Exchange exchange, object? reply, int size)
    {
        Invariant.That(exchange.To == from.Index && !exchange.IsReplying);
        if (exchange.ToGeneration != from.Generation) return;
        exchange.Reply = reply;
        exchange.ReplySize = size;
        exchange.IsReplying = true;
        exchange.Attempts = 0;
        Attempt(exchange);
    }

    private void Schedule(Packet packet, TimeSpan delay)
    {
        var node = _nodes[packet.To];
        if (node.Lag > TimeSpan.Zero) delay += _lags.NextDuration(node.Lag);
        _queue.Schedule((Now + delay).Ticks, EventKind.Packet, node.Index, 0, packet);
    }

    private void Schedule(Instant when, EventKind kind, SimulatedNode node, uint generation, Exchange exchange) =>
        _queue.Schedule(when.Ticks, kind, node.Index, generation, exchange);

    private void Attempt(Exchange exchange)
    {
        if (exchange.IsOver) return;
        var (sender, receiver) = exchange.IsReplying ? (_nodes[exchange.To], _nodes[exchange.From]) : (_nodes[exchange.From], _nodes[exchange.To]);
        if (Network.TryCarry(exchange, out var delay))
        {
            if (receiver.Lag > TimeSpan.Zero) delay += _lags.NextDuration(receiver.Lag);
            Schedule(Now + delay, exchange.IsReplying ? EventKind.Reply : EventKind.Request, receiver, exchange.FromGeneration, exchange);
            return;
        }

        var retry = Network.RetryAfter(exchange);
        exchange.Attempts++;
        if (Now + retry < exchange.Deadline) Schedule(Now + retry, EventKind.Attempt, sender, sender.Generation, exchange);
    }

    private void Refuse(Exchange exchange)
    {
        if (exchange.IsOver || !Network.Connects(exchange.To, exchange.From)) return;
        exchange.Failure = ExchangeFailure.Refused;
        Schedule(Now + Network.Options.MinDelay, EventKind.Failure, _nodes[exchange.From], exchange.FromGeneration, exchange);
    }

    private void Conclude(SimulatedNode node, IHost host, in ScheduledEvent next, Instant now)
    {
        var exchange = (Exchange)next.Payload!;
        if (exchange.IsOver || next.Generation != node.Generation) return;
        exchange.IsOver = true;
        Count(next, exchange.ReplySize, exchange.Reply as byte[]);
        Trace.Add(new TraceEntry(Now.Ticks, Steps, node, "reply", _nodes[exchange.To], exchange.Reply, host));
        host.Replied(exchange, now);
        // Its failure waits in the queue until the deadline: thousands of push/pulls would wait with it.
        exchange.Reply = null;
    }

    private void Abandon(SimulatedNode node, IHost host, in ScheduledEvent next, Instant now)
    {
        var exchange = (Exchange)next.Payload!;
        if (exchange.IsOver || next.Generation != node.Generation) return;
        exchange.IsOver = true;
        if (exchange.Failure == ExchangeFailure.None) exchange.Failure = ExchangeFailure.TimedOut;
        Count(next, (int)exchange.Failure);
        Trace.Add(new TraceEntry(Now.Ticks, Steps, node, "failed", _nodes[exchange.To], exchange.Failure));
        host.Failed(exchange, now);
    }
}
