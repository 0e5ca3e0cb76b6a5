using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Driver;

/// <summary>Who stands behind a peer id.</summary>
/// <param name="Node">Its name: proved, since the peer id belongs to it.</param>
/// <param name="Group">Its group: proved by a credential, otherwise the word of a node that has the mesh key.</param>
/// <param name="Shown">The credential it has shown; null: none.</param>
internal sealed record KnownNode(string Node, string Group, Signed? Shown = null);
