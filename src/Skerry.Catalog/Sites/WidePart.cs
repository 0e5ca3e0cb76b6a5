namespace Skerry.Catalog.Sites;

/// <summary>A part of a node as a bridge tells it: passed on as it came.</summary>
/// <param name="Payload">The bytes.</param>
/// <param name="Group">The group it says it is of.</param>
/// <param name="IsAlive">Whether it says that its node lives; false for a further part.</param>
internal readonly record struct WidePart(ReadOnlyMemory<byte> Payload, string Group, bool IsAlive);
