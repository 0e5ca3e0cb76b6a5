namespace Skerry.Replication.Core;

/// <summary>Something the core wants done, in order.</summary>
internal abstract record ReplicationOutput;
