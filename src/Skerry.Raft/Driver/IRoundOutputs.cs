using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Raft.Driver;

/// <summary>Where the core's outputs go; called in its rounds, so it must not wait for anything.</summary>
internal interface IRoundOutputs
{
    /// <summary>One output, in order.</summary>
    void Do(RaftOutput output);

    /// <summary>All outputs of a round are out.</summary>
    void EndRound(RaftCore core, Instant now);

    /// <summary>The core is broken: nothing is given to it any more.</summary>
    void Failed(Exception reason);
}
