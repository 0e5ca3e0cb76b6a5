namespace Skerry.Simulation;

/// <summary>A host's door to the world.</summary>
/// <param name="world">The world.</param>
/// <param name="node">Whose door it is.</param>
internal sealed class NodePort(World world, SimulatedNode node)
{
    /// <summary>The node's id.</summary>
    public int Node => node.Index;

    /// <summary>The node's name.</summary>
    public string Name => node.Name;

    /// <summary>Sends one packet: may be lost, never waits.</summary>
    /// <param name="to">The id of the receiver.</param>
    /// <param name="payload">What it carries; not changed afterwards.</param>
    /// <param name="size">Its length on the wire, bytes.</param>
    public void Send(int to, object payload, int size) => world.Send(node, to, payload, size);

    /// <summary>Opens a connection, sends a request and waits for the reply: ends in <see cref="IHost.Replied"/> or <see cref="IHost.Failed"/>, once.</summary>
    /// <param name="to">The id of the one asked.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="size">Its length on the wire, bytes.</param>
    /// <param name="timeout">Time for the whole exchange.</param>
    /// <param name="tag">What the host wants to find again in <see cref="Exchange.Tag"/>.</param>
    public Exchange Open(int to, object request, int size, TimeSpan timeout, object? tag = null) => world.Open(node, to, request, size, timeout, tag);

    /// <summary>Answers an exchange it serves.</summary>
    public void Reply(Exchange exchange, object? reply, int size) => world.Reply(node, exchange, reply, size);

    /// <summary>Writes a line into the trace and into the run's hash.</summary>
    /// <param name="verb">What happened, one word.</param>
    /// <param name="peer">Whom it is about; -1 nobody.</param>
    /// <param name="detail">More, for people.</param>
    public void Note(string verb, int peer, object? detail) => world.Note(verb, node.Index, peer, detail);
}
