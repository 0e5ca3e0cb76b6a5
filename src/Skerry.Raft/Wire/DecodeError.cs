namespace Skerry.Raft.Wire;

/// <summary>Why bytes are not a message; counted by kind.</summary>
internal enum DecodeError
{
    /// <summary>They are one.</summary>
    None,

    /// <summary>Longer than <see cref="WireLimits.MaxMessageBytes"/>.</summary>
    TooLarge,

    /// <summary>Not protobuf, or not of this schema.</summary>
    Malformed,

    /// <summary>No body that this version knows.</summary>
    UnknownBody,

    /// <summary>More entries, members or longer names than <see cref="WireLimits"/> allows.</summary>
    LimitExceeded,

    /// <summary>Well-formed, and no sender that keeps the protocol says it: a term that falls, an unknown role, a member twice.</summary>
    Inconsistent,
}
