using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Raft.Driver;

/// <summary>Something to be done with the core, in its turn.</summary>
/// <param name="Run">Runs in a round.</param>
/// <param name="Stopped">Runs instead when no round comes any more.</param>
internal sealed record LoopCommand(Action<RaftCore, Instant> Run, Action? Stopped);
