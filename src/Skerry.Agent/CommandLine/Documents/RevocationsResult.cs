namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A list of revocations.</summary>
/// <param name="Number">Higher in each list than in the one before.</param>
/// <param name="Revoked">What it names.</param>
/// <param name="File">Where it is.</param>
internal sealed record RevocationsResult(ulong Number, RevocationsResult.Entry[] Revoked, string File)
{
    /// <summary>One of them.</summary>
    /// <param name="Node">The node; null: the peer is meant.</param>
    /// <param name="Peer">The peer; null: the node is meant.</param>
    /// <param name="Since">When it was revoked.</param>
    internal sealed record Entry(string? Node, string? Peer, DateTimeOffset Since);
}
