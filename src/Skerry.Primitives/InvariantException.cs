namespace Skerry.Primitives;

/// <summary>An impossible state was reached: a bug in Skerry, never bad input.</summary>
/// <param name="message">The statement that does not hold.</param>
public sealed class InvariantException(string message) : Exception(message);
