namespace Skerry.Agent.Logging;

/// <summary>How important a log line must be to be written.</summary>
internal enum LogThreshold
{
    /// <summary>Every step.</summary>
    Trace,

    /// <summary>What helps to find a fault.</summary>
    Debug,

    /// <summary>What happens.</summary>
    Info,

    /// <summary>What may need a person.</summary>
    Warning,

    /// <summary>What went wrong.</summary>
    Error,
}
