using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Skerry.Api.Filter;

/// <summary>Compares what a selector finds.</summary>
/// <param name="Selector">Keys on the way down.</param>
/// <param name="Operator">How.</param>
/// <param name="Value">With what.</param>
/// <param name="Pattern">The value as a regular expression, for <see cref="MatchOperator.Matches"/>.</param>
internal sealed record MatchExpression(ImmutableArray<string> Selector, MatchOperator Operator, string Value, Regex? Pattern) : FilterExpression
{
    public override bool Matches(JsonNode? item) => Matches(item, 0);

    private bool Matches(JsonNode? node, int depth)
    {
        if (depth == Selector.Length) return Compare(node);
        return node switch
        {
            // A list on the way is searched: one element that matches is enough.
            JsonArray list => list.Any(element => Matches(element, depth)),
            JsonObject map when map.TryGetPropertyValue(Selector[depth], out var value) => Matches(value, depth + 1),
            _ => Operator == MatchOperator.Empty,
        };
    }

    private bool Compare(JsonNode? node) => Operator switch
    {
        MatchOperator.Empty => node switch
        {
            null => true,
            JsonArray list => list.Count == 0,
            JsonObject map => map.Count == 0,
            _ => Text(node).Length == 0,
        },
        MatchOperator.Contains => node switch
        {
            JsonArray list => list.Any(element => Text(element) == Value),
            JsonObject map => map.ContainsKey(Value),
            _ => Text(node).Contains(Value, StringComparison.Ordinal),
        },
        MatchOperator.Matches => Pattern!.IsMatch(Text(node)),
        _ => node is JsonArray items ? items.Any(element => Text(element) == Value) : Text(node) == Value || IsSameNumber(node),
    };

    private bool IsSameNumber(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number
        && double.TryParse(Value, CultureInfo.InvariantCulture, out var wanted)
        && double.TryParse(node.ToJsonString(), CultureInfo.InvariantCulture, out var actual) && wanted.Equals(actual);

    private static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => node.ToJsonString(),
    };
}
