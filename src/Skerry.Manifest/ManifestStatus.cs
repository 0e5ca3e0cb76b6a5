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
/// <param name="ComparedIndex">The newest entry of the log after which this node's state was compared with another's; 0: none yet.</param>
/// <param name="Differences">Nodes whose state was found not to be like this one's, by name; none in a sound group.</param>
public sealed record ManifestStatus(
    ManifestLogStatus Log, long Revision, long Compacted, long Keys, long Bytes, long QuotaBytes, int Leases, int Watchers, IReadOnlyList<ManifestAlarm> Alarms,
    ulong ComparedIndex, IReadOnlyList<ManifestDifference> Differences);
