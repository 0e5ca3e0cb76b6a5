using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skerry.Agent.CommandLine.Documents;

/// <summary>How results are printed as JSON: stable names, whatever the API calls them. Generated, so that a verb starts quickly.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(MemberResult[]))]
[JsonSerializable(typeof(ServiceResult[]))]
[JsonSerializable(typeof(InstanceResult[]))]
[JsonSerializable(typeof(ForwardResult[]))]
[JsonSerializable(typeof(GatewayListResult))]
[JsonSerializable(typeof(GatewayOutcomeResult))]
[JsonSerializable(typeof(GatewayObjectResult[]))]
[JsonSerializable(typeof(GatewayRevisionResult[]))]
[JsonSerializable(typeof(GatewayStateResult))]
[JsonSerializable(typeof(GatewayErrorsDocument))]
[JsonSerializable(typeof(TunnelResult))]
[JsonSerializable(typeof(RelayResult[]))]
[JsonSerializable(typeof(WhyResult))]
[JsonSerializable(typeof(PingResult))]
[JsonSerializable(typeof(GroupResult))]
[JsonSerializable(typeof(RecoveryResult))]
[JsonSerializable(typeof(SnapshotResult))]
[JsonSerializable(typeof(OutcomeResult))]
[JsonSerializable(typeof(KeyResult))]
[JsonSerializable(typeof(AuthorityResult))]
[JsonSerializable(typeof(CredentialResult))]
[JsonSerializable(typeof(RevocationsResult))]
[JsonSerializable(typeof(EntryResult))]
[JsonSerializable(typeof(EntryResult[]))]
[JsonSerializable(typeof(EntryChangeResult))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(VersionResult))]
[JsonSerializable(typeof(ValidationResult))]
internal sealed partial class ResultJson : JsonSerializerContext
{
    /// <summary>Escapes what JSON asks for and no more: keys in base64 stay as they are.</summary>
    public static ResultJson Readable => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The same on one line, for results that follow each other without end.</summary>
    public static ResultJson Lines => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = false });
}
