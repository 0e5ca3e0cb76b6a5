namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A saved state, as <c>skerry snapshot</c> prints it.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Group">Whose state it is.</param>
/// <param name="Node">Who saved it.</param>
/// <param name="Index">The entry of the group's log that it stands after.</param>
/// <param name="Term">The term at that time.</param>
/// <param name="Revision">The store's revision.</param>
/// <param name="Keys">Keys in it.</param>
/// <param name="Leases">Leases in it.</param>
/// <param name="Sessions">Sessions in it.</param>
/// <param name="StateBytes">Bytes of the state.</param>
/// <param name="FileBytes">Bytes of the file.</param>
/// <param name="StateHash">The hash of the state, as replicas compare it.</param>
/// <param name="Sha256">The SHA-256 of the file.</param>
/// <param name="Created">When it was saved.</param>
internal sealed record SnapshotResult(
    string File, string Group, string Node, ulong Index, ulong Term, long Revision, long Keys, int Leases, int Sessions, long StateBytes, long FileBytes, string StateHash, string Sha256,
    DateTimeOffset Created);
