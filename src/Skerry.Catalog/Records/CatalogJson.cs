using System.Text.Json.Serialization;

namespace Skerry.Catalog.Records;

/// <summary>Payloads of records and the registrations' file are JSON: small enough for a datagram, and a newer node's extra fields do no harm.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CatalogNode))]
[JsonSerializable(typeof(ServiceInstance))]
[JsonSerializable(typeof(CheckState))]
[JsonSerializable(typeof(Registrations))]
internal sealed partial class CatalogJson : JsonSerializerContext;
