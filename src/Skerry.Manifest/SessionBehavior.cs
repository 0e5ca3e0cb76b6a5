namespace Skerry.Manifest;

/// <summary>What becomes of a session's keys when it ends.</summary>
public enum SessionBehavior
{
    /// <summary>They are let go.</summary>
    Release,

    /// <summary>They are deleted.</summary>
    Delete,
}
