namespace Skerry.Manifest.Wire;

/// <summary>How one node's state compares with another's after an entry; numbers of the wire.</summary>
internal enum StateAnswer : byte
{
    /// <summary>Not known: it has not come so far, or does not remember.</summary>
    Unknown,

    Same,

    Different,
}
