using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Skerry.Manifest;

namespace Skerry.Api.Consul;

/// <summary>Keys and sessions in Consul's JSON.</summary>
internal static class ManifestShapes
{
    public static string Text(ReadOnlyMemory<byte> key) => Encoding.UTF8.GetString(key.Span);

    public static void Write(Utf8JsonWriter json, in KeyEntry entry, bool withValue = true)
    {
        json.WriteStartObject();
        json.WriteNumber("LockIndex", entry.Facts?.LockIndex ?? 0);
        json.WriteString("Key", Text(entry.Key));
        json.WriteNumber("Flags", entry.Facts?.Flags ?? 0);
        if (withValue && !entry.Value.IsEmpty) json.WriteBase64String("Value", entry.Value.Span);
        else json.WriteNull("Value");
        if (entry.Facts?.Session is { } session) json.WriteString("Session", session);
        json.WriteNumber("CreateIndex", entry.CreateRevision);
        json.WriteNumber("ModifyIndex", entry.ModRevision);
        json.WriteEndObject();
    }

    public static JsonArray Sessions(IEnumerable<ManifestSession> sessions) => new([.. sessions.Select(Session)]);

    private static JsonObject Session(ManifestSession session) => new()
    {
        ["ID"] = session.Id,
        ["Name"] = session.Name,
        ["Node"] = session.Node,
        ["LockDelay"] = session.LockDelay * 1_000_000,
        ["Behavior"] = session.Behavior == SessionBehavior.Delete ? "delete" : "release",
        ["TTL"] = session.Ttl == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{session.Ttl}s"),
        ["NodeChecks"] = ConsulShapes.Texts([.. session.Checks]),
        ["ServiceChecks"] = new JsonArray([.. session.ServiceChecks.Select(check => new JsonObject { ["ID"] = check, ["Namespace"] = "" })]),
        ["Checks"] = ConsulShapes.Texts([.. session.Checks, .. session.ServiceChecks]),
        ["CreateIndex"] = session.CreateRevision,
        ["ModifyIndex"] = session.CreateRevision,
    };
}
