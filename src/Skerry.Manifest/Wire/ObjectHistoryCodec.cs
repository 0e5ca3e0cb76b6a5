using System.Text.Json;

namespace Skerry.Manifest.Wire;

/// <summary>
/// A state of an object in its history, as JSON, so that etcd's clients can read it: <c>{"time":…,"node":…,"cause":…,"document":…}</c>, the document null where it was deleted.
/// </summary>
internal static class ObjectHistoryCodec
{
    /// <summary>Text stays as it is: escaping what HTML would need is for HTML.</summary>
    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Encode(ObjectNote note, string? document) => JsonSerializer.SerializeToUtf8Bytes(new Entry(note.Time, note.Node, note.Cause, document), Readable);

    public static ObjectRevision? TryDecode(ReadOnlySpan<byte> bytes, long revision)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(bytes) is { Node: { } node, Cause: { } cause } entry
                ? new ObjectRevision(revision, entry.Document, new ObjectNote(entry.Time, node, cause)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Entry(
        [property: System.Text.Json.Serialization.JsonPropertyName("time")] DateTimeOffset Time,
        [property: System.Text.Json.Serialization.JsonPropertyName("node")] string Node,
        [property: System.Text.Json.Serialization.JsonPropertyName("cause")] string Cause,
        [property: System.Text.Json.Serialization.JsonPropertyName("document")] string? Document);
}
