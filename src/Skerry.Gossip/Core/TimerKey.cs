namespace Skerry.Gossip.Core;

/// <summary>One deadline of the core.</summary>
/// <param name="Timer">What for.</param>
/// <param name="Node">About whom, where there may be several.</param>
/// <param name="Sequence">About which ping, where there may be several.</param>
internal readonly record struct TimerKey(SwimTimer Timer, string Node = "", uint Sequence = 0);
