namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What a change of gateway objects has done, or would do.</summary>
/// <param name="Written">Whether it was written.</param>
/// <param name="Revision">The revision that the objects have now, if it was; else that of the newest change.</param>
/// <param name="Changes">Each object that was asked for.</param>
internal sealed record GatewayOutcomeResult(bool Written, long Revision, GatewayOutcomeResult.Change[] Changes)
{
    /// <summary>What becomes of one object.</summary>
    /// <param name="Kind">What it is.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Action"><c>created</c>, <c>changed</c>, <c>deleted</c> or <c>unchanged</c>.</param>
    /// <param name="Revision">The revision it had before; 0: it was not there.</param>
    /// <param name="Before">What it said before; null: it was not there.</param>
    /// <param name="After">What it says after; null: it is deleted.</param>
    internal sealed record Change(string Kind, string Name, string Action, long Revision, string? Before, string? After);
}
