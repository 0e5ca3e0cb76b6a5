namespace Skerry.Simulation;

/// <summary>One call of a client, as the client saw it.</summary>
/// <param name="Client">Who.</param>
/// <param name="Operation">What it asked for.</param>
/// <param name="Invoked">When it asked; any clock that all clients share.</param>
/// <param name="Returned">When it got the answer; <see cref="long.MaxValue"/>: never, so that it may or may not have happened, at any time since.</param>
/// <param name="Result">The answer; null: none.</param>
internal sealed record Call(int Client, Operation Operation, long Invoked, long Returned, long? Result);
