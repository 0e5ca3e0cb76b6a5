using System.Collections.Immutable;

namespace Skerry.Api;

/// <summary>How a node follows the group's gateway objects, as it says itself.</summary>
/// <param name="Name">The node.</param>
/// <param name="IsAlive">Whether membership holds it alive.</param>
/// <param name="Revision">The revision of the newest change in effect on it; 0: it has said nothing yet.</param>
/// <param name="Faults">What it could not put into effect.</param>
public sealed record ApiGatewayNode(string Name, bool IsAlive, ulong Revision, ImmutableArray<string> Faults);
