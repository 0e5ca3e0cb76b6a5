namespace Skerry.Raft.Core;

/// <summary>To be sent now. May be lost, late or twice; best is one ordered stream a peer, and another for snapshots.</summary>
internal sealed record SendMessage(RaftMessage Message) : RaftOutput;
