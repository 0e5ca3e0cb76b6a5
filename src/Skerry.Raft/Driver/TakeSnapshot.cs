using Skerry.Raft.Core;

namespace Skerry.Raft.Driver;

/// <summary>A snapshot is wanted now, whatever the log's size: among the core's outputs it has its place in their order.</summary>
internal sealed record TakeSnapshot : RaftOutput;
