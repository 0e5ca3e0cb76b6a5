namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>How far a search is with one node.</summary>
internal enum LookupStep
{
    /// <summary>Not asked yet.</summary>
    Known,

    /// <summary>Asked.</summary>
    Asked,

    /// <summary>It has answered.</summary>
    Answered,

    /// <summary>It does not answer.</summary>
    Failed,
}
