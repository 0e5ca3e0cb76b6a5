namespace Skerry.Api.Groups;

/// <summary>On a connection from another group: who calls. Such a call is never handed on: from there to here, and here to the leader, is as far as any goes.</summary>
/// <param name="Node">The node.</param>
/// <param name="Group">Its group.</param>
internal sealed record FarCaller(string Node, string Group);
