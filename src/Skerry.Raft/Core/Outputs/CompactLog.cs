namespace Skerry.Raft.Core;

/// <summary>Entries up to an index, it included, are not needed any more.</summary>
internal sealed record CompactLog(ulong Index) : RaftOutput;
