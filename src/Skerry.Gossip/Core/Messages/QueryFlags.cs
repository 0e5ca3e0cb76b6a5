namespace Skerry.Gossip.Core.Messages;

/// <summary>Bits of a query and of its responses.</summary>
[Flags]
internal enum QueryFlags : uint
{
    None = 0,

    /// <summary>In a query: an ack is wanted. In a response: this is that ack.</summary>
    Ack = 1,

    /// <summary>The query is not to be gossiped on.</summary>
    NoBroadcast = 2,
}
