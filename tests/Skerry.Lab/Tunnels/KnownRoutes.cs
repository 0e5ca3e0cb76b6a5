namespace Skerry.Lab.Tunnels;

/// <summary>A node's routes as lines of JSON carry them.</summary>
internal sealed record KnownRoutes(string Node, string Group, IReadOnlyList<string> Addresses, bool IsRelay, string Zone, int Load);
