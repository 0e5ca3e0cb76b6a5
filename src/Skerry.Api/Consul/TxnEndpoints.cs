using System.Text;
using System.Text.Json;

using Skerry.Api.Acl;
using Skerry.Api.Http;
using Skerry.Manifest;

namespace Skerry.Api.Consul;

/// <summary>Several operations on keys, all or none. Nodes, services and checks are not the manifest's: each node says its own, without a majority.</summary>
internal static class TxnEndpoints
{
    /// <summary>Bytes of a whole request; Consul's default.</summary>
    private const int MaxBody = 512 * 1024;

    private static readonly Dictionary<string, SequenceVerb> Verbs = new(StringComparer.Ordinal)
    {
        ["set"] = SequenceVerb.Set,
        ["cas"] = SequenceVerb.Cas,
        ["lock"] = SequenceVerb.Lock,
        ["unlock"] = SequenceVerb.Unlock,
        ["get"] = SequenceVerb.Get,
        ["get-or-empty"] = SequenceVerb.GetOrEmpty,
        ["get-tree"] = SequenceVerb.GetTree,
        ["check-index"] = SequenceVerb.CheckIndex,
        ["check-session"] = SequenceVerb.CheckSession,
        ["check-not-exists"] = SequenceVerb.CheckNotExists,
        ["delete"] = SequenceVerb.Delete,
        ["delete-tree"] = SequenceVerb.DeleteTree,
        ["delete-cas"] = SequenceVerb.DeleteCas,
    };

    public static IEnumerable<ApiRoute> Routes { get; } = [new("PUT", "/v1/txn", "Do up to 128 operations on keys, all or none", RunAsync)];

    private static async Task RunAsync(ApiCall call)
    {
        var body = await call.ReadBytesAsync(MaxBody, _ => new ApiException(413, $"Request body too large, max size: {MaxBody} bytes"));
        var operations = LooseObject.ReadList(body.Span);
        if (operations.Count > ManifestLimits.MaxTransactionOps)
            throw new ApiException(413, $"Transaction contains too many operations ({operations.Count} > {ManifestLimits.MaxTransactionOps})");
        SequenceStep[] steps = [.. operations.Select(Read)];
        foreach (var step in steps) Require(call, step);
        var op = new SequenceOp { Steps = steps, IsSerializable = call.Flag("stale") };
        if (op.IsWrite) ManifestQuery.RequireOwnGroup(call);
        // What only reads has consistencies, as any other read.
        else new ManifestQuery(call).Describe(null);
        if (ReservedKeys.IsWrittenBy(op)) throw ManifestErrors.Of(ManifestError.ReservedKey);
        var result = (await call.Manifest.ExecuteAsync(op, call.Aborted)).Done();
        // Applied by an earlier try whose answer was lost with a leap of this node's state: what it read is no longer known.
        var done = result as SequenceResult ?? (result is TxnResult { Succeeded: true } ? new SequenceResult() : throw ManifestErrors.Of(ManifestError.Timeout));
        await call.JsonAsync(json => Write(json, done, steps), done.Failures.Count == 0 ? 200 : 409);
    }

    private static SequenceStep Read(LooseObject operation)
    {
        if (operation.Object("KV") is not { } kv)
            throw new ApiException(400, "Failed to parse body: only KV operations can be in a transaction: nodes, services and checks are each node's own word, and not agreed on");
        var verb = kv.Text("Verb");
        if (!Verbs.TryGetValue(verb, out var known)) throw new ApiException(400, $"unknown KV verb \"{verb}\"; known: {string.Join(", ", Verbs.Keys)}");
        var key = kv.Text("Key");
        if (key.Length == 0 && known is not (SequenceVerb.GetTree or SequenceVerb.DeleteTree)) throw new ApiException(400, "Must provide key");
        var value = Value(kv);
        if (value.Length > KvEndpoints.MaxValue) throw new ApiException(413, $"Value for key \"{key}\" is too large ({value.Length} > {KvEndpoints.MaxValue} bytes)");
        return new SequenceStep
        {
            Verb = known,
            Key = Encoding.UTF8.GetBytes(key),
            Value = value,
            Flags = kv.Unsigned("Flags"),
            Index = (long)Math.Min(kv.Unsigned("Index"), long.MaxValue),
            Session = kv.Text("Session"),
        };
    }

    private static byte[] Value(LooseObject kv)
    {
        try
        {
            return Convert.FromBase64String(kv.Text("Value"));
        }
        catch (FormatException malformed)
        {
            throw new ApiException(400, $"Failed to parse body: failed to decode value: {malformed.Message}");
        }
    }

    private static void Require(ApiCall call, SequenceStep step)
    {
        var key = ManifestShapes.Text(step.Key);
        if (step.Verb == SequenceVerb.DeleteTree) call.RequireTree(AclResource.Key, key, AclAccess.Write);
        else if (step.Verb == SequenceVerb.GetTree) call.RequireTree(AclResource.Key, key, AclAccess.Read);
        else call.Require(AclResource.Key, key, step.IsWrite ? AclAccess.Write : AclAccess.Read);
    }

    private static void Write(Utf8JsonWriter json, SequenceResult result, SequenceStep[] steps)
    {
        json.WriteStartObject();
        json.WritePropertyName("Results");
        if (result.Failures.Count > 0)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStartArray();
            foreach (var (verb, entry) in result.Answers)
            {
                json.WriteStartObject();
                json.WritePropertyName("KV");
                ManifestShapes.Write(json, entry, verb is SequenceVerb.Get or SequenceVerb.GetOrEmpty or SequenceVerb.GetTree);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WritePropertyName("Errors");
        if (result.Failures.Count == 0)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStartArray();
            foreach (var failure in result.Failures)
            {
                json.WriteStartObject();
                json.WriteNumber("OpIndex", failure.Step);
                json.WriteString("What", Explain(steps[failure.Step], failure));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Consul's words.</summary>
    private static string Explain(SequenceStep step, in SequenceFailure failure)
    {
        var key = ManifestShapes.Text(step.Key);
        return (step.Verb, failure.Error) switch
        {
            (SequenceVerb.Get, _) => $"key \"{key}\" doesn't exist",
            (SequenceVerb.Cas, _) => $"failed to set key \"{key}\", index is stale",
            (SequenceVerb.DeleteCas, _) => $"failed to delete key \"{key}\", index is stale",
            (SequenceVerb.Lock, ManifestError.SessionNotFound) => step.Session.Length == 0 ? "missing session" : $"invalid session \"{step.Session}\"",
            (SequenceVerb.Lock, ManifestError.LockDelayed) => $"failed to lock key \"{key}\" due to lock delay",
            (SequenceVerb.Lock, _) => $"failed to lock key \"{key}\", lock is already held",
            (SequenceVerb.Unlock, _) => $"failed to unlock key \"{key}\", lock isn't held, or is held by another session",
            (SequenceVerb.CheckIndex, ManifestError.KeyNotFound) => $"failed to check index, key \"{key}\" doesn't exist",
            (SequenceVerb.CheckIndex, _) => $"failed index check for key \"{key}\", current modify index {failure.Entry?.ModRevision} != {step.Index}",
            (SequenceVerb.CheckSession, ManifestError.KeyNotFound) => $"failed to check session, key \"{key}\" doesn't exist",
            (SequenceVerb.CheckSession, _) => $"failed session check for key \"{key}\", current session \"{failure.Entry?.Facts?.Session}\" != \"{step.Session}\"",
            (SequenceVerb.CheckNotExists, _) => $"key \"{key}\" exists",
            _ => $"failed on key \"{key}\": {failure.Error}",
        };
    }
}
