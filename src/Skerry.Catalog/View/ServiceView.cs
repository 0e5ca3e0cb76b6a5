using System.Collections.Immutable;

namespace Skerry.Catalog.View;

/// <summary>A service with its instances.</summary>
/// <param name="Index">When anything about it changed last.</param>
/// <param name="Entries">Its instances, by node then id in ordinal order.</param>
internal sealed record ServiceView(ulong Index, ImmutableArray<ServiceEntry> Entries)
{
    public static readonly ServiceView None = new(0, []);

    /// <summary>The service after changes. Instances that did not change are the same objects.</summary>
    public ServiceView With(IReadOnlyCollection<EntryChange> changes, ulong index)
    {
        var entries = Entries.ToBuilder();
        foreach (var change in changes)
        {
            var at = Find(entries, change);
            var isThere = at >= 0;
            if (change.Entry is null)
            {
                if (isThere) entries.RemoveAt(at);
            }
            else if (isThere)
            {
                entries[at] = change.Entry;
            }
            else
            {
                entries.Insert(~at, change.Entry);
            }
        }

        return new ServiceView(index, entries.ToImmutable());
    }

    /// <summary>Where an instance is, or the complement of where it belongs.</summary>
    private static int Find(ImmutableArray<ServiceEntry>.Builder entries, EntryChange change)
    {
        var (low, high) = (0, entries.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(entries[middle].Node.Name, change.Node);
            if (order == 0) order = string.CompareOrdinal(entries[middle].Service.Id, change.Id);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }
}
