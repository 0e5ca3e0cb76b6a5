namespace Skerry.Simulation;

/// <summary>A set of statuses that views may hold once they have converged.</summary>
[Flags]
internal enum AllowedStatus : byte
{
    /// <summary>None: nothing is right.</summary>
    None = 0,

    /// <summary>Never heard of, or forgotten.</summary>
    Unknown = 1,

    /// <summary>Alive.</summary>
    Alive = 2,

    /// <summary>Has said it will leave.</summary>
    Leaving = 4,

    /// <summary>Left.</summary>
    Left = 8,

    /// <summary>Failed.</summary>
    Failed = 16,
}
