namespace Skerry.Manifest;

/// <summary>What is remembered of a change beside its documents.</summary>
/// <param name="Time">When it was asked for, by the clock of the node that was asked.</param>
/// <param name="Node">The node that was asked.</param>
/// <param name="Cause">What was asked for, in a few words.</param>
public sealed record ObjectNote(DateTimeOffset Time, string Node, string Cause);
