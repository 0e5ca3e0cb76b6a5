namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What the API says of a document of gateway objects that has errors.</summary>
/// <param name="Errors">All of them.</param>
internal sealed record GatewayErrorsDocument(GatewayErrorsDocument.Fault[] Errors)
{
    /// <summary>One thing that is wrong.</summary>
    /// <param name="Source">The object of the manifest it stands in; empty: the document that was sent.</param>
    /// <param name="Line">From 1; 0: it stands nowhere.</param>
    /// <param name="Column">From 1.</param>
    /// <param name="Key">The key's full path.</param>
    /// <param name="Message">What is wrong.</param>
    /// <param name="Allowed">What would be right.</param>
    internal sealed record Fault(string Source, int Line, int Column, string Key, string Message, string Allowed);
}
