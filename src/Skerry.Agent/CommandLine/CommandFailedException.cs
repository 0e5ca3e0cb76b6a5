namespace Skerry.Agent.CommandLine;

/// <summary>A verb could not do its work; the message says why and what to do next.</summary>
/// <param name="exitCode">What the process ends with: one of <see cref="ExitCode"/>.</param>
/// <param name="message">For the person at the terminal.</param>
internal sealed class CommandFailedException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
