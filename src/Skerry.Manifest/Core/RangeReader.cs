namespace Skerry.Manifest.Core;

/// <summary>Reads ranges, as etcd does: bounds and limit apply to what is answered, never to the count.</summary>
internal static class RangeReader
{
    /// <summary>The error of reading at a revision, if any.</summary>
    public static ManifestError Check(long asked, long revision, long compacted)
    {
        if (asked > revision) return ManifestError.FutureRevision;
        return asked > 0 && asked < compacted ? ManifestError.Compacted : ManifestError.None;
    }

    /// <param name="root">The tree.</param>
    /// <param name="current">The newest revision that may be read.</param>
    /// <param name="compacted">The compacted revision.</param>
    /// <param name="op">What to read; its revision has been checked.</param>
    public static RangeResult Read(KeyNode root, long current, long compacted, RangeOp op)
    {
        var at = op.Revision > 0 ? op.Revision : current;
        if (op.Range.IsPoint && !IsBounded(op)) return ReadOne(root, current, at, compacted, op);
        var isPlain = !IsBounded(op) && IsInKeyOrder(op);
        var collector = new Collector(op, at, isPlain && op.Limit > 0 ? op.Limit : long.MaxValue);
        KeyTree.Visit(root, op.Range, ref collector);
        var found = collector.Found;
        var index = op.WantsIndex ? Math.Max(Math.Max(collector.Changed, compacted), 1) : 0;
        if (found is null) return new RangeResult { Revision = current, Count = collector.Count, Index = index };
        if (!isPlain) Sort(found, op);
        var hasMore = op.Limit > 0 && (isPlain ? collector.Seen > op.Limit : found.Count > op.Limit);
        if (hasMore && found.Count > op.Limit) found.RemoveRange((int)op.Limit, found.Count - (int)op.Limit);
        if (op is { KeysOnly: true, Target: SortTarget.Value }) Blank(found);
        return new RangeResult { Revision = current, Entries = found, Count = collector.Count, HasMore = hasMore, Index = index };
    }

    private static RangeResult ReadOne(KeyNode root, long current, long at, long compacted, RangeOp op)
    {
        var record = KeyTree.Find(root, op.Range.Start.Span);
        var last = record?.LastAt(at);
        if (last is not { IsDeletion: false }) return new RangeResult { Revision = current, Index = op.WantsIndex ? Math.Max(Math.Max(last?.ModRevision ?? 1, compacted), 1) : 0 };
        return new RangeResult { Revision = current, Count = 1, Entries = op.CountOnly ? [] : [KeyEntry.Of(record!, last, op.KeysOnly)], Index = op.WantsIndex ? last.ModRevision : 0 };
    }

    private static bool IsBounded(RangeOp op) => (op.MinModRevision | op.MaxModRevision | op.MinCreateRevision | op.MaxCreateRevision) != 0;

    private static bool IsInKeyOrder(RangeOp op) =>
        op.Target == SortTarget.Key ? op.Order != SortOrder.Descending : false;

    private static void Sort(List<KeyEntry> found, RangeOp op)
    {
        if (op.Target == SortTarget.Key)
        {
            // They were met in the order of their keys.
            if (op.Order == SortOrder.Descending) found.Reverse();
            return;
        }

        Comparison<KeyEntry> order = op.Target switch
        {
            SortTarget.Version => static (a, b) => a.Version.CompareTo(b.Version),
            SortTarget.Create => static (a, b) => a.CreateRevision.CompareTo(b.CreateRevision),
            SortTarget.Mod => static (a, b) => a.ModRevision.CompareTo(b.ModRevision),
            _ => static (a, b) => a.Value.Span.SequenceCompareTo(b.Value.Span),
        };
        var sign = op.Order == SortOrder.Descending ? -1 : 1;
        // Equal ones by key: List.Sort keeps no order among them, and replicas must answer alike.
        found.Sort((a, b) => order(a, b) is var difference and not 0 ? sign * difference : a.Key.Span.SequenceCompareTo(b.Key.Span));
    }

    private static void Blank(List<KeyEntry> found)
    {
        for (var i = 0; i < found.Count; i++) found[i] = found[i] with { Value = default };
    }

    private struct Collector(RangeOp op, long at, long limit) : IKeyVisitor
    {
        // Sorting by value needs it until then.
        private readonly bool _keysOnly = op.KeysOnly && op.Target != SortTarget.Value;

        public List<KeyEntry>? Found { get; } = op.CountOnly ? null : [];

        public long Count { get; private set; }

        /// <summary>How many would have been answered without the limit.</summary>
        public long Seen { get; private set; }

        /// <summary>The newest revision that changed a key of the range.</summary>
        public long Changed { get; private set; }

        public bool Visit(KeyRecord record)
        {
            var version = record.LastAt(at);
            if (version is null) return true;
            if (version.ModRevision > Changed) Changed = version.ModRevision;
            if (version.IsDeletion) return true;
            Count++;
            if (Found is null || !IsWithin(version)) return true;
            if (Seen++ < limit) Found.Add(KeyEntry.Of(record, version, _keysOnly));
            return true;
        }

        private readonly bool IsWithin(KeyVersion version) =>
            (op.MinModRevision == 0 || version.ModRevision >= op.MinModRevision)
            && (op.MaxModRevision == 0 || version.ModRevision <= op.MaxModRevision)
            && (op.MinCreateRevision == 0 || version.CreateRevision >= op.MinCreateRevision)
            && (op.MaxCreateRevision == 0 || version.CreateRevision <= op.MaxCreateRevision);
    }
}
