namespace Skerry.Simulation;

/// <summary>One entry of the <see cref="EventQueue"/>.</summary>
/// <param name="Ticks">True time it happens at, ticks of 100 ns.</param>
/// <param name="Order">How many entries were made before it: decides between entries of one instant.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Node">Whom it concerns; -1 the world.</param>
/// <param name="Generation">Which life of the node it was made for (see <see cref="SimulatedNode.Generation"/>).</param>
/// <param name="Payload">What it carries.</param>
internal readonly record struct ScheduledEvent(long Ticks, ulong Order, EventKind Kind, int Node, uint Generation, object? Payload);
