namespace Skerry.Gossip;

/// <summary>Gossip could not do what was asked; the message says what was wrong and what to do next.</summary>
/// <param name="message">For the operator.</param>
/// <param name="inner">What the system said, if it did.</param>
public sealed class GossipException(string message, Exception? inner = null) : Exception(message, inner);
