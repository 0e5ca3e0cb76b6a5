using Skerry.Catalog.Records;
using Skerry.Primitives;
using Skerry.Replication;

namespace Skerry.Catalog.Sites;

/// <summary>
/// What the bridges of all groups tell each other, as one of them has heard it, and what of it that one tells its own group. No clock and no lock of its
/// own: the catalog's lock is around it.
/// </summary>
/// <param name="group">This node's group.</param>
/// <param name="unreachableAfter">A group none of whose bridges was connected for this long cannot be reached.</param>
internal sealed class WideView(string group, TimeSpan unreachableAfter)
{
    /// <summary>A bridge that was gone for so long is forgotten where another speaks for its group.</summary>
    private static readonly TimeSpan ReplacedFor = TimeSpan.FromHours(1);

    /// <summary>The last bridge of a group is forgotten after this, and the group with it.</summary>
    private static readonly TimeSpan LostFor = TimeSpan.FromDays(30);

    private readonly SortedDictionary<string, WideBridge> _bridges = new(StringComparer.Ordinal);
    private HashSet<string> _peers = new(StringComparer.Ordinal);

    /// <summary>Whether one more owner would be too many.</summary>
    public bool IsFullFor(string owner) => _bridges.Count >= SiteBounds.MaxOwners && !_bridges.ContainsKey(owner);

    /// <summary>Takes in one record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isOwnNode">Whether its owner is a live node of this group, by its own membership: such a one speaks for no other.</param>
    /// <param name="now">The time.</param>
    /// <returns>False when it cannot be read, or says what its owner may not say: it changes nothing.</returns>
    public bool TryApply(Record record, bool isOwnNode, Instant now)
    {
        if (IsFullFor(record.Owner)) return false;
        return record.Kind switch
        {
            RecordKind.Bridge => TryApplyFacts(record, isOwnNode, now),
            RecordKind.SiteNode => TryApplyPart(record, now),
            _ => true, // a newer node's kind: not for this one
        };
    }

    /// <summary>Who is connected now.</summary>
    public void SetPeers(IEnumerable<string> peers, Instant now)
    {
        _peers = peers.ToHashSet(StringComparer.Ordinal);
        foreach (var bridge in _bridges.Values) SetPresence(bridge, now);
    }

    /// <summary>When a group that is lost becomes unreachable; <see cref="Instant.Never"/> when none is lost.</summary>
    public Instant NextDeadline(Instant now) => _bridges.Values
        .Where(bridge => !bridge.IsPresent && bridge.IsReached(now, unreachableAfter))
        .Select(bridge => bridge.Since + unreachableAfter)
        .DefaultIfEmpty(Instant.Never).Min();

    /// <summary>Drops the bridges that need not be remembered any more, and names them.</summary>
    public IReadOnlyList<string> DropLost(Instant now)
    {
        var lost = _bridges.Values.Where(bridge => !bridge.IsPresent && bridge.Since + (IsReplaced(bridge) ? ReplacedFor : LostFor) <= now).Select(bridge => bridge.Name).ToArray();
        foreach (var name in lost) _bridges.Remove(name);
        return lost;
    }

    /// <summary>What this node tells its group of all others: of each whether it is reached, then its nodes as its best bridge tells them.</summary>
    /// <param name="isOwnNode">Whether a node is a live one of this group.</param>
    /// <param name="room">The most records.</param>
    /// <param name="now">The time.</param>
    /// <param name="leftOut">Records that found no room.</param>
    public List<RecordChange> Told(Func<string, bool> isOwnNode, int room, Instant now, out int leftOut)
    {
        var groups = _bridges.Values
            .Where(bridge => bridge.Facts is { } facts && facts.Group != group && !isOwnNode(bridge.Name))
            .GroupBy(bridge => bridge.Facts!.Group, StringComparer.Ordinal)
            .OrderBy(bridges => bridges.Key, StringComparer.Ordinal)
            .Take(Math.Min(SiteBounds.MaxGroups, room))
            .Select(bridges => (Name: bridges.Key, Source: Best(bridges), IsReachable: bridges.Any(bridge => bridge.IsReached(now, unreachableAfter))))
            .ToArray();
        var told = new List<RecordChange>();
        room -= groups.Length;
        leftOut = 0;
        foreach (var (name, source, isReachable) in groups)
        {
            var count = Math.Min(room, source.Parts.Count);
            leftOut += source.Parts.Count - count;
            room -= count;
            told.AddRange(source.Parts.Take(count).Select(part => new RecordChange(RecordKind.Remote, $"{name}/{part.Key}", part.Value.Payload)));
            told.Add(new RecordChange(RecordKind.Group, name, SitePayload.Of(new GroupFacts { Source = source.Name, IsReachable = isReachable, Records = count })));
        }

        return told;
    }

    /// <summary>
    /// The bridge to believe: one that still speaks, is connected, has been heard to the end, and has not itself lost sight of most of its group; of those
    /// the first by name, so that all bridges of a group come to the same one.
    /// </summary>
    private static WideBridge Best(IEnumerable<WideBridge> bridges)
    {
        var candidates = bridges.Select(bridge => (Bridge: bridge, bridge.Alive)).ToArray();
        var most = candidates.Max(candidate => candidate.Alive);
        return candidates
            .OrderBy(candidate => candidate.Bridge.IsEnded)
            .ThenByDescending(candidate => candidate.Bridge.IsPresent)
            .ThenByDescending(candidate => candidate.Bridge.IsComplete)
            .ThenByDescending(candidate => candidate.Alive * 2 >= most)
            .ThenBy(candidate => candidate.Bridge.Name, StringComparer.Ordinal)
            .First().Bridge;
    }

    private bool TryApplyFacts(Record record, bool isOwnNode, Instant now)
    {
        if (record.Payload is not { } payload)
        {
            if (_bridges.TryGetValue(record.Owner, out var ended) && !ended.IsEnded)
            {
                ended.IsEnded = true;
                ended.Since = now;
            }

            return true;
        }

        if (record.Id.Length > 0 || !SitePayload.TryRead(payload, out BridgeFacts? facts)) return false;
        if (facts.Group != group && (isOwnNode || !HasRoomFor(facts.Group))) return false;
        var bridge = Find(record.Owner, now);
        Resume(bridge);
        bridge.Facts = facts;
        // What it told before it said for whom, and of others than those, is not believed.
        foreach (var id in bridge.Parts.Where(part => part.Value.Group != facts.Group).Select(part => part.Key).ToArray()) bridge.Parts.Remove(id);
        return true;
    }

    private bool TryApplyPart(Record record, Instant now)
    {
        if (record.Payload is not { } payload)
        {
            // Of one that speaks no more the last word is kept.
            if (_bridges.TryGetValue(record.Owner, out var known) && !known.IsEnded) known.Parts.Remove(record.Id);
            return true;
        }

        if (!PartName.TryParse(record.Id, out PartName name) || !SitePayload.TryRead(payload, name, out NodePart? part)) return false;
        var bridge = Find(record.Owner, now);
        if (bridge.IsEnded) Resume(bridge);
        if (bridge.Facts is { } facts && facts.Group != part.Group) return false;
        if (bridge.Parts.Count >= SiteBounds.MaxRecords && !bridge.Parts.ContainsKey(record.Id)) return false;
        bridge.Parts[record.Id] = new WidePart(payload, part.Group, part.Facts is { Alive: true });
        return true;
    }

    private WideBridge Find(string owner, Instant now)
    {
        if (_bridges.TryGetValue(owner, out var bridge)) return bridge;
        bridge = new WideBridge(owner) { Since = now };
        _bridges[owner] = bridge;
        SetPresence(bridge, now);
        return bridge;
    }

    /// <summary>It speaks again, of what it says from now on.</summary>
    private static void Resume(WideBridge bridge)
    {
        if (!bridge.IsEnded) return;
        bridge.IsEnded = false;
        bridge.Facts = null;
        bridge.Parts.Clear();
    }

    private void SetPresence(WideBridge bridge, Instant now)
    {
        var isPresent = _peers.Contains(bridge.Name);
        if (isPresent != bridge.IsPresent) bridge.Since = now;
        bridge.IsPresent = isPresent;
        bridge.WasPresent |= isPresent;
    }

    private bool HasRoomFor(string other)
    {
        var groups = _bridges.Values.Select(bridge => bridge.Facts?.Group).OfType<string>().Where(name => name != group).ToHashSet(StringComparer.Ordinal);
        return groups.Count < SiteBounds.MaxGroups || groups.Contains(other);
    }

    private bool IsReplaced(WideBridge bridge) =>
        bridge.Facts is not { } facts || facts.Group == group || _bridges.Values.Any(other => other.IsPresent && !other.IsEnded && other.Facts?.Group == facts.Group);
}
