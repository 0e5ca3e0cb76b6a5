using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Skerry.Api.Events;

/// <summary>
/// An event between nodes: JSON, with one letter a field, since all must fit a packet.
/// <code>{"i":ID,"n":name,"p":payload in base64,"o":node filter,"s":service filter,"t":tag filter}</code>
/// </summary>
internal static class EventCodec
{
    public static byte[] Encode(UserEvent told)
    {
        var json = new JsonObject { ["i"] = told.Id, ["n"] = told.Name };
        if (!told.Payload.IsEmpty) json["p"] = Convert.ToBase64String(told.Payload.Span);
        if (told.NodeFilter.Length > 0) json["o"] = told.NodeFilter;
        if (told.ServiceFilter.Length > 0) json["s"] = told.ServiceFilter;
        if (told.TagFilter.Length > 0) json["t"] = told.TagFilter;
        return JsonSerializer.SerializeToUtf8Bytes(json);
    }

    public static bool TryDecode(ReadOnlySpan<byte> message, ulong time, [NotNullWhen(true)] out UserEvent? told)
    {
        told = null;
        try
        {
            if (JsonNode.Parse(message, null, new JsonDocumentOptions { MaxDepth = 2, AllowDuplicateProperties = false }) is not JsonObject json) return false;
            if (Text(json, "i") is not { } id || !Guid.TryParseExact(id, "D", out _) || Text(json, "n") is not { Length: > 0 } name) return false;
            var payload = Convert.FromBase64String(Text(json, "p") ?? "");
            var (nodes, services, tags) = (Text(json, "o") ?? "", Text(json, "s") ?? "", Text(json, "t") ?? "");
            told = new UserEvent { Id = id, Name = name, Payload = payload, NodeFilter = nodes, ServiceFilter = services, TagFilter = tags, LTime = time };
            return true;
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException)
        {
            // No JSON, no base64, or text that is no Unicode.
            return false;
        }
    }

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
