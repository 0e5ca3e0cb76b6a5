namespace Skerry.Manifest.Core;

/// <summary>Grant a lease.</summary>
internal sealed record GrantBody(long Id, long Seconds);
