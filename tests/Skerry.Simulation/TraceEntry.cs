namespace Skerry.Simulation;

/// <summary>One line of the <see cref="Trace"/>.</summary>
/// <param name="Ticks">True time, ticks of 100 ns.</param>
/// <param name="Step">How many events the world had handled.</param>
/// <param name="Node">Whom it happened to; null the world.</param>
/// <param name="Verb">What happened, one word.</param>
/// <param name="Peer">Whom it came from or is about.</param>
/// <param name="Detail">More.</param>
/// <param name="Describer">Who can put the detail into words; null: it can itself.</param>
internal readonly record struct TraceEntry(
    long Ticks, long Step, SimulatedNode? Node, string Verb, SimulatedNode? Peer, object? Detail, IHost? Describer = null);
