namespace Skerry.Agent.CommandLine;

/// <summary>An agent has read a document that was sent to it, and it has errors.</summary>
/// <param name="errors">The agent's answer, as JSON.</param>
internal sealed class InvalidDocumentException(string errors) : Exception(errors);
