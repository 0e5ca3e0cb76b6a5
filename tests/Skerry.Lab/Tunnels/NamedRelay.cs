namespace Skerry.Lab.Tunnels;

/// <summary>A relay that a node's operator names.</summary>
internal sealed record NamedRelay(string Node, IReadOnlyList<string> Addresses);
