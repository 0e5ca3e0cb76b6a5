namespace Skerry.Manifest;

/// <summary>Reads a key or a range.</summary>
public sealed class RangeOp : ManifestOp
{
    /// <summary>Which keys.</summary>
    public required KeyRange Range { get; init; }

    /// <summary>Entries answered at most; 0 or less is no limit.</summary>
    public long Limit { get; init; }

    /// <summary>The revision to read at; 0 or less is the newest.</summary>
    public long Revision { get; init; }

    /// <summary>Which way to sort.</summary>
    public SortOrder Order { get; init; }

    /// <summary>What to sort by.</summary>
    public SortTarget Target { get; init; }

    /// <summary>Whether this node's state will do; else the answer is no older than the request.</summary>
    public bool IsSerializable { get; init; }

    /// <summary>Whether values are left out.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Whether only the number of keys is wanted.</summary>
    public bool CountOnly { get; init; }

    /// <summary>Leaves out entries modified before; 0 is no bound.</summary>
    public long MinModRevision { get; init; }

    /// <summary>Leaves out entries modified after; 0 is no bound.</summary>
    public long MaxModRevision { get; init; }

    /// <summary>Leaves out entries created before; 0 is no bound.</summary>
    public long MinCreateRevision { get; init; }

    /// <summary>Leaves out entries created after; 0 is no bound.</summary>
    public long MaxCreateRevision { get; init; }

    /// <summary>Whether the answer says when anything in the range changed last.</summary>
    public bool WantsIndex { get; init; }

    /// <inheritdoc/>
    public override bool IsWrite => false;
}
