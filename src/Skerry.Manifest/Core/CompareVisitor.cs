namespace Skerry.Manifest.Core;

/// <summary>Holds a compare against every key of its range.</summary>
internal struct CompareVisitor(Compare compare, long revision) : IKeyVisitor
{
    /// <summary>Whether there was a key at all.</summary>
    public bool Met { get; private set; }

    /// <summary>Whether one did not hold.</summary>
    public bool Failed { get; private set; }

    public static bool Holds(Compare compare, KeyVersion? version)
    {
        var order = compare.Target switch
        {
            CompareTarget.Version => (version?.Version ?? 0).CompareTo(compare.Number),
            CompareTarget.Create => (version?.CreateRevision ?? 0).CompareTo(compare.Number),
            CompareTarget.Mod => (version?.ModRevision ?? 0).CompareTo(compare.Number),
            CompareTarget.Lease => (version?.Lease ?? 0).CompareTo(compare.Number),
            CompareTarget.Value => version!.Value.AsSpan().SequenceCompareTo(compare.Value.Span),
            // etcd takes an unknown target for equal.
            _ => 0,
        };
        return compare.Result switch
        {
            CompareResult.Equal => order == 0,
            CompareResult.NotEqual => order != 0,
            CompareResult.Greater => order > 0,
            CompareResult.Less => order < 0,
            _ => true,
        };
    }

    public bool Visit(KeyRecord record)
    {
        if (record.At(revision) is not { } version) return true;
        Met = true;
        Failed = !Holds(compare, version);
        return !Failed;
    }
}
