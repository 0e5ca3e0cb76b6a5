using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// One core in the world: the adapter that turns the world's events into the core's calls and drains the core's outputs into its
/// <see cref="NodePort"/> before each call returns. Every <c>now</c> is the node's own clock. A host lives from a start to a crash.
/// </summary>
internal interface IHost
{
    /// <summary>When it wants <see cref="Advance"/> next, on its own clock; <see cref="Instant.Never"/>: not at all.</summary>
    Instant NextDeadline { get; }

    /// <summary>Its process has started.</summary>
    void Start(Instant now);

    /// <summary>Its deadline has come.</summary>
    void Advance(Instant now);

    /// <summary>A packet has arrived.</summary>
    void Receive(Packet packet, Instant now);

    /// <summary>Another node has connected and sent a request; answer with <see cref="NodePort.Reply"/>, now, later or never.</summary>
    void Serve(Exchange exchange, Instant now);

    /// <summary>The reply of an exchange it opened is there: <see cref="Exchange.Reply"/>.</summary>
    void Replied(Exchange exchange, Instant now);

    /// <summary>An exchange it opened has failed: <see cref="Exchange.Failure"/>.</summary>
    void Failed(Exchange exchange, Instant now);

    /// <summary>A payload of this protocol in a few words, for the trace.</summary>
    string Describe(object payload);
}
