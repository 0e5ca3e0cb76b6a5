using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skerry.Catalog.Records;

/// <summary>Payloads of records and the registrations' file are JSON: small enough for a datagram, and a newer node's extra fields do no harm.</summary>
internal static class CatalogJson
{
    // By reflection, not generated: a field that is missing keeps the default its type gives it, where generated code would leave it null.
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        RespectNullableAnnotations = true,
        MaxDepth = 16,
    };

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <summary>Reads a value; throws <see cref="JsonException"/> for anything that is none.</summary>
    public static T Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("The value is null.");
}
