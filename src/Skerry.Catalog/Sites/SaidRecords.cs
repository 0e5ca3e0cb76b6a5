using Skerry.Replication;

namespace Skerry.Catalog.Sites;

/// <summary>Records this node says in one exchange for the sake of sites, so that only what differs is said.</summary>
internal sealed class SaidRecords
{
    private readonly Dictionary<(string Kind, string Id), ReadOnlyMemory<byte>> _said = [];

    public int Count => _said.Count;

    /// <summary>What has to be withdrawn, then what has to be said, for these and no others to stand. As if both were done.</summary>
    public (IReadOnlyList<RecordChange> Withdrawn, IReadOnlyList<RecordChange> Said) Become(IReadOnlyList<RecordChange> wanted)
    {
        var names = wanted.Select(change => (change.Kind, change.Id)).ToHashSet();
        var withdrawn = Ordered(_said.Keys.Where(name => !names.Contains(name)));
        foreach (var change in withdrawn) _said.Remove((change.Kind, change.Id));
        var said = wanted.Where(change => !(_said.TryGetValue((change.Kind, change.Id), out var before) && IsSame(before, change.Payload!.Value))).ToArray();
        foreach (var change in said) _said[(change.Kind, change.Id)] = change.Payload!.Value;
        return (withdrawn, said);
    }

    /// <summary>Gives some up, the last by kind and id first, as if they were withdrawn.</summary>
    public IReadOnlyList<RecordChange> Shed(int count)
    {
        var shed = Ordered(_said.Keys).TakeLast(count).ToArray();
        foreach (var change in shed) _said.Remove((change.Kind, change.Id));
        return shed;
    }

    private static RecordChange[] Ordered(IEnumerable<(string Kind, string Id)> names) =>
    [
        .. names.OrderBy(name => name.Kind, StringComparer.Ordinal).ThenBy(name => name.Id, StringComparer.Ordinal).Select(name => new RecordChange(name.Kind, name.Id, null)),
    ];

    private static bool IsSame(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Equals(right) || left.Span.SequenceEqual(right.Span);
}
