namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What <c>skerry validate</c> found.</summary>
/// <param name="File">The file.</param>
/// <param name="Valid">Whether an agent would start with it.</param>
/// <param name="Errors">Everything that is wrong.</param>
internal sealed record ValidationResult(string File, bool Valid, ValidationResult.Error[] Errors)
{
    /// <summary>One thing that is wrong.</summary>
    /// <param name="Line">From 1; 0 when the file could not be read.</param>
    /// <param name="Column">From 1.</param>
    /// <param name="Key">The key's full path.</param>
    /// <param name="Message">What is wrong.</param>
    /// <param name="Allowed">What would be right.</param>
    internal sealed record Error(int Line, int Column, string Key, string Message, string Allowed);
}
