namespace Skerry.Manifest.Tests.Core;

internal sealed record ModelEntry(string Value, long Created, long Modified, long Version, long Lease);
