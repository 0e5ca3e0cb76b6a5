namespace Skerry.Manifest.Core;

/// <summary>The key space at one revision, for readers on any thread while writes go on.</summary>
internal sealed record KeySpaceView(KeyNode Root, long Revision, long Compacted, EventLogView Events);
