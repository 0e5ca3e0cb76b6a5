using System.Collections.Immutable;
using System.Net;

namespace Skerry.Api;

/// <summary>A member of the group as the API shows it.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Address">Its gossip address.</param>
/// <param name="Status">Serf's number: 1 alive, 2 leaving, 3 left, 4 failed.</param>
/// <param name="Tags">What it says of itself.</param>
/// <param name="Versions">[protocol min, max, current, delegate min, max, current].</param>
public sealed record ApiMember(string Name, IPEndPoint Address, int Status, ImmutableSortedDictionary<string, string> Tags, ImmutableArray<byte> Versions);
