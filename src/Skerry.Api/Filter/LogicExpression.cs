using System.Text.Json.Nodes;

namespace Skerry.Api.Filter;

/// <summary>Two filters together.</summary>
/// <param name="IsAnd">Both must match; else one of them.</param>
/// <param name="Left">Asked first.</param>
/// <param name="Right">Asked if need be.</param>
internal sealed record LogicExpression(bool IsAnd, FilterExpression Left, FilterExpression Right) : FilterExpression
{
    public override bool Matches(JsonNode? item) => IsAnd ? Left.Matches(item) && Right.Matches(item) : Left.Matches(item) || Right.Matches(item);
}
