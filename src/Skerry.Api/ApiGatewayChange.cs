namespace Skerry.Api;

/// <summary>What becomes of one gateway object.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Revision">The revision it has before; 0: it is not there.</param>
/// <param name="Before">Its document before; null: it is not there.</param>
/// <param name="After">Its document after; null: it is deleted.</param>
public sealed record ApiGatewayChange(string Kind, string Name, long Revision, string? Before, string? After)
{
    /// <summary>In a word: <c>created</c>, <c>changed</c>, <c>deleted</c>, <c>unchanged</c>.</summary>
    public string Action => Before == After ? "unchanged" : Before is null ? "created" : After is null ? "deleted" : "changed";
}
