namespace Skerry.Manifest;

/// <summary>What Consul's API has of a key beside its value.</summary>
/// <param name="Flags">A number for the client's own use.</param>
/// <param name="LockIndex">How often the key was locked: with key and session, a fencing token.</param>
/// <param name="Session">The session that holds it; null where none does.</param>
public sealed record KeyFacts(ulong Flags, long LockIndex, string? Session);
