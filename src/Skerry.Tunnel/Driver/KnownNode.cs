namespace Skerry.Tunnel.Driver;

/// <summary>Who stands behind a peer id.</summary>
/// <param name="Node">Its name: proved, since the peer id belongs to it.</param>
/// <param name="Group">Its group, as it says.</param>
internal sealed record KnownNode(string Node, string Group);
