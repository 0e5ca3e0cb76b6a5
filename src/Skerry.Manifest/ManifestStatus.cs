namespace Skerry.Manifest;

/// <summary>How the manifest fares on this node.</summary>
/// <param name="Log">How this node sees the log.</param>
/// <param name="Revision">The store's revision here.</param>
/// <param name="Compacted">The compacted revision; -1 before the first compaction.</param>
/// <param name="Keys">Keys there are.</param>
/// <param name="Bytes">Memory the state takes, counted.</param>
/// <param name="QuotaBytes">How much it may take.</param>
/// <param name="Leases">Leases there are.</param>
/// <param name="Watchers">Watchers on this node.</param>
/// <param name="Alarms">Alarms that stand.</param>
public sealed record ManifestStatus(
    ManifestLogStatus Log, long Revision, long Compacted, long Keys, long Bytes, long QuotaBytes, int Leases, int Watchers, IReadOnlyList<ManifestAlarm> Alarms);
