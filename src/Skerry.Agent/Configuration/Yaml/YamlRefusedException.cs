namespace Skerry.Agent.Configuration.Yaml;

/// <summary>A text that cannot be read as YAML at all; what comes after the place is unknown.</summary>
/// <param name="mark">Where.</param>
/// <param name="message">What was wrong.</param>
internal sealed class YamlRefusedException(Mark mark, string message) : Exception(message)
{
    public Mark Mark { get; } = mark;
}
