namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A state of a gateway object that is kept.</summary>
/// <param name="Revision">The revision that wrote it.</param>
/// <param name="Time">When it was asked for.</param>
/// <param name="Node">The node that was asked.</param>
/// <param name="Cause">What was asked for.</param>
/// <param name="Deleted">Whether it was deleted then.</param>
/// <param name="Document">What it said; null: it was deleted.</param>
internal sealed record GatewayRevisionResult(long Revision, DateTimeOffset Time, string Node, string Cause, bool Deleted, string? Document);
