using System.Collections.Immutable;

namespace Skerry.Api;

/// <summary>A document that was sent cannot be accepted; answered with 400 and every error.</summary>
/// <param name="errors">All of them.</param>
public sealed class ApiInvalidException(ImmutableArray<ApiInvalidException.Fault> errors) : Exception(string.Join('\n', errors.Select(error => $"{error.Key}: {error.Message}")))
{
    /// <summary>All of them, in the order of the document.</summary>
    public ImmutableArray<Fault> Errors => errors;

    /// <summary>One thing that is wrong.</summary>
    /// <param name="Source">The object of the manifest that it stands in, <c>pipeline/web</c>; empty: the document that was sent.</param>
    /// <param name="Line">From 1; 0 when it stands nowhere.</param>
    /// <param name="Column">From 1.</param>
    /// <param name="Key">The key's full path.</param>
    /// <param name="Message">What is wrong.</param>
    /// <param name="Allowed">What would be right; empty when the message says it.</param>
    public sealed record Fault(string Source, int Line, int Column, string Key, string Message, string Allowed);
}
