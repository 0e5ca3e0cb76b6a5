using Skerry.Gossip.Core;

namespace Skerry.Gossip.Driver;

/// <summary>Does what the core asks for besides packets. Called under the loop's lock: starts things, waits for nothing.</summary>
internal interface IGossipEffects
{
    /// <summary>Does one output.</summary>
    void Do(GossipOutput output);

    /// <summary>The loop has ended by a bug.</summary>
    void OnBroken(Exception broken);
}
