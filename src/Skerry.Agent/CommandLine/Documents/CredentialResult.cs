namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A node's credential, without what is secret in it.</summary>
/// <param name="Node">Whose.</param>
/// <param name="Group">Its group.</param>
/// <param name="Peer">Its peer id.</param>
/// <param name="Issued">When it was issued.</param>
/// <param name="From">It holds from then on.</param>
/// <param name="Until">It holds until then.</param>
/// <param name="Authority">The public key of who issued it.</param>
/// <param name="File">Where it is.</param>
internal sealed record CredentialResult(string Node, string Group, string Peer, DateTimeOffset Issued, DateTimeOffset From, DateTimeOffset Until, string Authority, string File);
