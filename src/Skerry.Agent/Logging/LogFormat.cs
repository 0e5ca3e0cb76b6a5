namespace Skerry.Agent.Logging;

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary>One line for people: time, level, part, message.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}
