using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>A record as it is kept.</summary>
/// <param name="Record">The record.</param>
/// <param name="Checksum">CRC32C of its payload.</param>
/// <param name="Hash">What it adds to its owner's digest.</param>
/// <param name="BuriedAt">When it was withdrawn; of no meaning while it is said.</param>
internal readonly record struct StoredRecord(Record Record, uint Checksum, ulong Hash, Instant BuriedAt)
{
    public bool IsBuried => Record.Payload is null;

    public KnownVersion Known => new(Record.Owner, Record.Kind, Record.Id, Record.Version, Checksum);

    public CarriedRecord Carried(Instant now) => new(Record, IsBuried ? now - BuriedAt : TimeSpan.Zero);
}
