using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skerry.Catalog.Records;

/// <summary>Writes how a check finds out by name; a name that only a newer version knows is read as <see cref="CheckType.Unknown"/>.</summary>
internal sealed class CheckTypeConverter : JsonConverter<CheckType>
{
    public override CheckType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException("A check's type is a name");
        return Enum.TryParse<CheckType>(reader.GetString(), out var type) && Enum.IsDefined(type) ? type : CheckType.Unknown;
    }

    public override void Write(Utf8JsonWriter writer, CheckType value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
