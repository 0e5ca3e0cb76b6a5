namespace Skerry.Manifest;

/// <summary>What an archive says of the state in it.</summary>
/// <param name="Group">Whose state it is.</param>
/// <param name="Node">Who saved it.</param>
/// <param name="Index">The entry of the group's log that it stands after.</param>
/// <param name="Term">The term at that time.</param>
/// <param name="Revision">The store's revision.</param>
/// <param name="Keys">Keys in it, Skerry's own included.</param>
/// <param name="Leases">Leases in it.</param>
/// <param name="Sessions">Sessions in it.</param>
/// <param name="Size">Bytes of the state.</param>
/// <param name="Hash">The hash of the state, in hexadecimal, as replicas compare it.</param>
/// <param name="Created">When it was saved, by the clock of that node.</param>
public sealed record SnapshotMetadata(
    string Group, string Node, ulong Index, ulong Term, long Revision, long Keys, int Leases, int Sessions, long Size, string Hash, DateTimeOffset Created)
{
    /// <summary>The version of the archive.</summary>
    public int Version { get; init; } = 1;
}
