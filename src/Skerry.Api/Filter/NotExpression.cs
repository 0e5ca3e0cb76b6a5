using System.Text.Json.Nodes;

namespace Skerry.Api.Filter;

/// <summary>The opposite.</summary>
/// <param name="Inner">Of what.</param>
internal sealed record NotExpression(FilterExpression Inner) : FilterExpression
{
    public override bool Matches(JsonNode? item) => !Inner.Matches(item);
}
