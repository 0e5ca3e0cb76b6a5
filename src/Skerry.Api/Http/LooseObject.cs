using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Skerry.Api.Http;

/// <summary>A JSON object read as Consul reads it: keys in any case, with or without underscores. A value of the wrong kind is refused by its field's name.</summary>
internal sealed class LooseObject
{
    private const int MaxDepth = 32;

    private readonly Dictionary<string, JsonNode?> _fields = new(StringComparer.Ordinal);
    private readonly string _path;

    public LooseObject(JsonObject json, string path)
    {
        _path = path;
        foreach (var (key, value) in json) _fields[Fold(key)] = value;
    }

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="ApiException">It is no JSON object, holds a key twice, or text that is no Unicode.</exception>
    public static LooseObject Read(ReadOnlySpan<byte> body) =>
        Parse(body) is JsonObject json ? new LooseObject(json, "") : throw new ApiException(400, "Request decode failed: the body must be a JSON object");

    /// <summary>Reads a request's body that is a list of objects.</summary>
    /// <exception cref="ApiException">It is none; or as <see cref="Read"/>.</exception>
    public static IReadOnlyList<LooseObject> ReadList(ReadOnlySpan<byte> body) =>
        Parse(body) is JsonArray list
            ? [.. list.Select((item, index) => item is JsonObject json ? new LooseObject(json, $"[{index}].") : throw new ApiException(400, $"Request decode failed: [{index}] must be an object"))]
            : throw new ApiException(400, "Request decode failed: the body must be a list of JSON objects");

    /// <summary>Whether there is such a field, be it null.</summary>
    public bool Names(string name) => _fields.ContainsKey(Fold(name));

    private static JsonNode? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            CheckText(body);
            return JsonNode.Parse(body, null, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException malformed)
        {
            throw new ApiException(400, $"Request decode failed: {malformed.Message}");
        }
    }

    /// <summary>Whether there is a value other than null.</summary>
    public bool Has(string name) => _fields.TryGetValue(Fold(name), out var node) && node is not null;

    public string Text(string name, string fallback = "") => Node(name) switch
    {
        null => fallback,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw Refuse(name, "must be a string"),
    };

    public int Number(string name, int fallback = 0) => Node(name) switch
    {
        null => fallback,
        JsonValue value when value.TryGetValue<int>(out var number) => number,
        JsonValue value when value.TryGetValue<string>(out var text) && int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Refuse(name, "must be a whole number"),
    };

    /// <summary>A number from 0 to 2^64 - 1.</summary>
    public ulong Unsigned(string name) => Node(name) switch
    {
        null => 0,
        JsonValue value when value.TryGetValue<ulong>(out var number) => number,
        _ => throw Refuse(name, "must be a whole number from 0"),
    };

    public bool Flag(string name) => Node(name) switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw Refuse(name, "must be true or false"),
    };

    /// <summary>A duration: Go's text, or nanoseconds.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fallback">Where there is none.</param>
    /// <param name="secondsBelow">Numbers below are seconds; Consul's lock delay has that.</param>
    public TimeSpan Duration(string name, TimeSpan fallback, long secondsBelow = 0) => Node(name) switch
    {
        null => fallback,
        JsonValue value when value.TryGetValue<string>(out var text) =>
            text.Length == 0 ? fallback : GoDuration.TryParse(text, out var duration) ? duration : throw Refuse(name, $"must be a duration such as 10s or 1m30s, not \"{text}\""),
        JsonValue value when value.TryGetValue<long>(out var seconds) && seconds >= 0 && seconds < secondsBelow => TimeSpan.FromSeconds(seconds),
        JsonValue value when value.TryGetValue<long>(out var nanoseconds) && nanoseconds >= 0 => TimeSpan.FromTicks(nanoseconds / 100),
        _ => throw Refuse(name, "must be a duration such as 10s"),
    };

    public ImmutableArray<string> Texts(string name) => Node(name) switch
    {
        null => [],
        JsonArray items => [.. items.Select(item => item is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Refuse(name, "must be a list of strings"))],
        _ => throw Refuse(name, "must be a list of strings"),
    };

    public ImmutableSortedDictionary<string, string> Map(string name) => Node(name) switch
    {
        null => ImmutableSortedDictionary<string, string>.Empty,
        JsonObject map => map.ToImmutableSortedDictionary(
            entry => entry.Key, entry => entry.Value is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Refuse(name, "must be a map of strings"), StringComparer.Ordinal),
        _ => throw Refuse(name, "must be a map of strings"),
    };

    public ImmutableSortedDictionary<string, ImmutableArray<string>> MultiMap(string name) => Node(name) switch
    {
        null => ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty,
        JsonObject map => map.ToImmutableSortedDictionary(entry => entry.Key, entry => new LooseObject(new JsonObject { ["x"] = entry.Value?.DeepClone() }, _path + name).Texts("x"), StringComparer.Ordinal),
        _ => throw Refuse(name, "must be a map of lists of strings"),
    };

    public LooseObject? Object(string name) => Node(name) switch
    {
        null => null,
        JsonObject json => new LooseObject(json, $"{_path}{name}."),
        _ => throw Refuse(name, "must be an object"),
    };

    public IEnumerable<LooseObject> Objects(string name) => Node(name) switch
    {
        null => [],
        JsonArray items => items.Select((item, index) => item is JsonObject json ? new LooseObject(json, $"{_path}{name}[{index}].") : throw Refuse(name, "must be a list of objects")),
        _ => throw Refuse(name, "must be a list of objects"),
    };

    /// <summary>Objects by their keys.</summary>
    public IEnumerable<(string Key, LooseObject Value)> ObjectMap(string name) => Node(name) switch
    {
        null => [],
        JsonObject map => map.Select(entry => entry.Value is JsonObject json ? (entry.Key, new LooseObject(json, $"{_path}{name}.{entry.Key}.")) : throw Refuse(name, "must be a map of objects")),
        _ => throw Refuse(name, "must be a map of objects"),
    };

    public ApiException Refuse(string name, string why) => new(400, $"Request decode failed: {_path}{name} {why}");

    /// <summary>Bytes that are no UTF-8 and halves of surrogate pairs are found only where a text is asked for: here each is.</summary>
    private static void CheckText(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        var key = "the body";
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName) key = reader.GetString()!;
                else if (reader.TokenType == JsonTokenType.String) _ = reader.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(400, $"Request decode failed: {key} is not valid UTF-8");
        }
    }

    private JsonNode? Node(string name) => _fields.GetValueOrDefault(Fold(name)) is { } node && node.GetValueKind() != JsonValueKind.Null ? node : null;

    private static string Fold(string key) => key.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
