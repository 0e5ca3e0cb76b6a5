namespace Skerry.Manifest;

/// <summary>Kinds of alarms; the numbers are etcd's.</summary>
public enum AlarmKind
{
    /// <summary>None, or any.</summary>
    None,

    /// <summary>The quota of space is used up: writes that add are refused until the alarm is lifted.</summary>
    NoSpace,

    /// <summary>A replica's state differs from the others'.</summary>
    Corrupt,
}
