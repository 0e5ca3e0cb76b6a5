namespace Skerry.Manifest.Core;

/// <summary>Make a session.</summary>
internal sealed record SessionBody(ManifestSession Session);
