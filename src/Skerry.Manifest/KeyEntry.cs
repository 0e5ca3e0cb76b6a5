namespace Skerry.Manifest;

/// <summary>A key as it was at a revision.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">What it held; empty where keys alone were asked for.</param>
/// <param name="CreateRevision">The revision that created it; 0 for a deletion.</param>
/// <param name="ModRevision">The revision that wrote or deleted it.</param>
/// <param name="Version">How often it was written since its creation; 0 for a deletion.</param>
/// <param name="Lease">The lease it hung on; 0 is none.</param>
/// <param name="Facts">What Consul's API has of it; null where it never touched the key.</param>
public readonly record struct KeyEntry(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, long CreateRevision, long ModRevision, long Version, long Lease, KeyFacts? Facts = null)
{
    internal static KeyEntry Of(Core.KeyRecord record, Core.KeyVersion version, bool keysOnly = false) =>
        new(record.Key, keysOnly ? default : version.Value, version.CreateRevision, version.ModRevision, version.Version, version.Lease, version.Facts);
}
