namespace Skerry.Replication;

/// <summary>A record cannot be published; the message says why.</summary>
/// <param name="message">For the caller.</param>
public sealed class ReplicationException(string message) : Exception(message);
