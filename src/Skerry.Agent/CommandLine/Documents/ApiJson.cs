using System.Text.Json.Serialization;

namespace Skerry.Agent.CommandLine.Documents;

/// <summary>The documents of the HTTP API that the verbs read and write; Consul's names. Generated, so that a verb starts quickly.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiMemberDocument[]))]
[JsonSerializable(typeof(ApiServiceEntryDocument[]))]
[JsonSerializable(typeof(RegistrationDocument))]
[JsonSerializable(typeof(ForwardDocument))]
internal sealed partial class ApiJson : JsonSerializerContext;
