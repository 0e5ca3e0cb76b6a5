using System.Text.Json.Nodes;

namespace Skerry.Api.Filter;

/// <summary>A filter, ready to be asked.</summary>
internal abstract record FilterExpression
{
    /// <summary>Whether an item passes.</summary>
    public abstract bool Matches(JsonNode? item);

    /// <summary>The items of a list, or the entries of a map, that pass; anything else stays as it is.</summary>
    public JsonNode Apply(JsonNode answer)
    {
        switch (answer)
        {
            case JsonArray items:
                var kept = items.Where(Matches).ToArray();
                items.Clear();
                return new JsonArray(kept);
            case JsonObject entries when entries.All(entry => entry.Value is JsonObject):
                foreach (var (key, _) in entries.Where(entry => !Matches(entry.Value)).ToArray()) entries.Remove(key);
                return entries;
            default:
                return answer;
        }
    }
}
