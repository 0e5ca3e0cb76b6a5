namespace Skerry.Replication.Core;

/// <summary>What replication says to a peer.</summary>
/// <param name="From">Who says it.</param>
internal abstract record ReplicationMessage(string From);
