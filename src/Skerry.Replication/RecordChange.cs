namespace Skerry.Replication;

/// <summary>What this node wants to say of itself from now on.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Id">Which one of this kind; may be empty.</param>
/// <param name="Payload">What is said; null: it is said no more.</param>
public readonly record struct RecordChange(string Kind, string Id, ReadOnlyMemory<byte>? Payload);
