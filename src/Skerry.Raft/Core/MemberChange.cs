namespace Skerry.Raft.Core;

/// <summary>A change to one member.</summary>
/// <param name="Kind">What.</param>
/// <param name="Id">Whom.</param>
/// <param name="Name">The newcomer's name; unused for others.</param>
internal readonly record struct MemberChange(MemberChangeKind Kind, ulong Id, string Name = "");
