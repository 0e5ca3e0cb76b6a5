using System.Collections.Immutable;

namespace Skerry.Agent.Configuration;

/// <summary>A configuration that was checked whole and has at least one error.</summary>
/// <param name="errors">All of them, in the order of the file.</param>
internal sealed class ConfigurationRefusedException(ImmutableArray<ConfigurationError> errors)
    : Exception(string.Join('\n', errors))
{
    public ImmutableArray<ConfigurationError> Errors { get; } = errors;
}
