namespace Skerry.Manifest.Core;

/// <summary>End a lease, and its keys with it.</summary>
internal sealed record RevokeBody(long Id);
