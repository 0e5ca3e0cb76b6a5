namespace Skerry.Tunnel;

/// <summary>Why a node does not take a session. The numbers are on the wire.</summary>
public enum SessionRefusal
{
    /// <summary>It has no such session to resume, or does not understand.</summary>
    Unknown = 1,

    /// <summary>It runs no such service.</summary>
    NoSuchService = 2,

    /// <summary>The caller may not use it.</summary>
    NotAllowed = 3,

    /// <summary>The service does not take the connection.</summary>
    ServiceUnreachable = 4,

    /// <summary>It has as many sessions as it may.</summary>
    Busy = 5,
}
