namespace Skerry.Manifest;

/// <summary>What a node of the group says of its part in the manifest, and whether it is there.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Id">Its member id: names its disk.</param>
/// <param name="Role">What it is to be.</param>
/// <param name="Expect">Servers it waits for before a new group is founded; 1 or more.</param>
/// <param name="Cluster">The number of the group it belongs to; 0: none yet.</param>
/// <param name="ClientUrl">Where etcd's clients reach it; empty: nowhere.</param>
/// <param name="IsAlive">Whether membership sees it.</param>
public sealed record GroupServer(string Node, ulong Id, GroupRole Role, int Expect, ulong Cluster, string ClientUrl, bool IsAlive);
