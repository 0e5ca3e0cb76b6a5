namespace Skerry.Manifest.Core;

/// <summary>Forget what only reads before a revision can see.</summary>
internal sealed record CompactBody(long Revision);
