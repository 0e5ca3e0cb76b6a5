using System.Text.Json.Serialization;

namespace Skerry.Agent.CommandLine.Documents;

/// <summary>The documents of the HTTP API that the verbs read and write; Consul's names, or Skerry's own in lower case. Generated, so that a verb starts quickly.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ApiMemberDocument[]))]
[JsonSerializable(typeof(ApiGroupMemberDocument[]))]
[JsonSerializable(typeof(ApiServiceEntryDocument[]))]
[JsonSerializable(typeof(RegistrationDocument))]
[JsonSerializable(typeof(ForwardDocument))]
[JsonSerializable(typeof(RelayDocument))]
[JsonSerializable(typeof(RecoveryDocument))]
[JsonSerializable(typeof(ApiKeyDocument[]))]
[JsonSerializable(typeof(SessionDocument))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ApiJson : JsonSerializerContext;
