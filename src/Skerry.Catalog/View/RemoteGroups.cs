using System.Collections.Immutable;

using Skerry.Catalog.Records;
using Skerry.Catalog.Sites;
using Skerry.Replication;

namespace Skerry.Catalog.View;

/// <summary>
/// What the bridges of this group tell of others, and which of them is believed about which: every node of the group comes to the same, and no view is
/// put together from two. Not thread-safe: the catalog's lock is around it.
/// </summary>
/// <param name="ownGroup">This node's group: nobody tells it about that.</param>
internal sealed class RemoteGroups(string ownGroup)
{
    private readonly SortedDictionary<string, SortedDictionary<string, RemoteRecords>> _groups = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _touched = new(StringComparer.Ordinal);

    /// <summary>Whether anything has come since <see cref="Build"/>.</summary>
    public bool IsTouched => _touched.Count > 0;

    /// <summary>Whether a kind of record is kept here.</summary>
    public static bool Holds(string kind) => kind is RecordKind.Group or RecordKind.Remote;

    /// <summary>Takes in one record.</summary>
    /// <returns>False when it cannot be read: it changes nothing.</returns>
    public bool TryApply(Record record)
    {
        var name = default(PartName);
        var group = record.Id;
        if (record.Kind == RecordKind.Remote ? !PartName.TryParse(record.Id, out group, out name) : !PartName.IsGroup(group)) return false;
        if (group == ownGroup || (!_groups.ContainsKey(group) && _groups.Count >= SiteBounds.MaxGroups)) return false;
        var records = _groups.GetValueOrDefault(group)?.GetValueOrDefault(record.Owner) ?? new RemoteRecords();
        if (record.Kind == RecordKind.Group)
        {
            GroupFacts? facts = null;
            if (record.Payload is { } said && !SitePayload.TryRead(said, out facts)) return false;
            records.Facts = facts;
        }
        else
        {
            RemotePart? part = null;
            if (record.Payload is { } said)
            {
                if (!SitePayload.TryRead(said, name, out NodePart? read) || read.Group != group) return false;
                part = new RemotePart(said, read);
            }

            records.Set(name, part);
        }

        Keep(group, record.Owner, records);
        return true;
    }

    /// <summary>Membership's word on a node changed: it may be believed now, or no more.</summary>
    public void Touch(string owner) => _touched.UnionWith(_groups.Where(group => group.Value.ContainsKey(owner)).Select(group => group.Key));

    /// <summary>Drops all that a node told.</summary>
    public void Drop(string owner)
    {
        Touch(owner);
        foreach (var (group, tellers) in _groups.ToArray())
        {
            if (tellers.Remove(owner) && tellers.Count == 0) _groups.Remove(group);
        }
    }

    /// <summary>The groups after all that came.</summary>
    /// <param name="before">The groups before it.</param>
    /// <param name="livenessOf">Membership's word on a node.</param>
    /// <param name="index">Index of the change.</param>
    /// <returns>The same object when nothing visible changed.</returns>
    public ImmutableSortedDictionary<string, RemoteGroup> Build(ImmutableSortedDictionary<string, RemoteGroup> before, Func<string, NodeLiveness?> livenessOf, ulong index)
    {
        var after = before.ToBuilder();
        foreach (var group in _touched)
        {
            var tellers = _groups.GetValueOrDefault(group);
            if (tellers is null || Choose(tellers, livenessOf) is not var (via, isReachable))
            {
                after.Remove(group);
            }
            else
            {
                var old = before.GetValueOrDefault(group);
                var built = new RemoteGroupBuilder(group, via, isReachable, tellers[via], old, index).Build();
                if (!ReferenceEquals(built, old)) after[group] = built;
            }

            foreach (var records in tellers?.Values ?? Enumerable.Empty<RemoteRecords>()) records.Touched.Clear();
        }

        _touched.Clear();
        return after.ToImmutable();
    }

    /// <summary>The bridge to believe: one that reaches the group and has told all of it before one that has not, and of those the first by name.</summary>
    private static (string Via, bool IsReachable)? Choose(SortedDictionary<string, RemoteRecords> tellers, Func<string, NodeLiveness?> livenessOf)
    {
        (string Via, bool IsReachable, int Rank)? best = null;
        foreach (var (owner, records) in tellers)
        {
            if (records.Facts is not { } facts || livenessOf(owner) is not (NodeLiveness.Alive or NodeLiveness.Failed)) continue;
            // Who has failed hears nothing any more.
            var isReachable = facts.IsReachable && livenessOf(owner) == NodeLiveness.Alive;
            var rank = (isReachable ? 2 : 0) + (records.IsComplete ? 1 : 0);
            if (best is null || rank > best.Value.Rank) best = (owner, isReachable, rank);
        }

        return best is { } chosen ? (chosen.Via, chosen.IsReachable) : null;
    }

    private void Keep(string group, string owner, RemoteRecords records)
    {
        if (!_groups.TryGetValue(group, out var tellers)) _groups[group] = tellers = new SortedDictionary<string, RemoteRecords>(StringComparer.Ordinal);
        tellers[owner] = records;
        if (records.IsEmpty) tellers.Remove(owner);
        if (tellers.Count == 0) _groups.Remove(group);
        _touched.Add(group);
    }
}
