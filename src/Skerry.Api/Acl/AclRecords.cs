using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Skerry.Api.Acl.Rules;
using Skerry.Manifest;

namespace Skerry.Api.Acl;

/// <summary>
/// Tokens and policies as they stand in the manifest, JSON under keys that clients cannot write:
/// <code>
/// _skerry/acl/bootstrap        accessor of the first token; its modify revision is the reset index
/// _skerry/acl/policy/ID        { name, description, rules }
/// _skerry/acl/policy-name/NAME ID: a name is there once
/// _skerry/acl/token/ACCESSOR   { hash, description, policies, local, created, expires }
/// _skerry/acl/token-hash/HASH  ACCESSOR: a secret is there once
/// </code>
/// </summary>
internal static class AclRecords
{
    public const string Prefix = "_skerry/acl/";
    public const string BootstrapKey = Prefix + "bootstrap";
    public const string PolicyPrefix = Prefix + "policy/";
    public const string PolicyNamePrefix = Prefix + "policy-name/";
    public const string TokenPrefix = Prefix + "token/";
    public const string TokenHashPrefix = Prefix + "token-hash/";

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Encode(AclPolicy policy) => Encode(new JsonObject { ["name"] = policy.Name, ["description"] = policy.Description, ["rules"] = policy.Rules });

    public static byte[] Encode(AclToken token)
    {
        var json = new JsonObject
        {
            ["hash"] = token.SecretHash,
            ["description"] = token.Description,
            ["policies"] = new JsonArray([.. token.Policies.Select(id => JsonValue.Create(id))]),
            ["local"] = token.IsLocal,
            ["created"] = token.Created,
        };
        if (token.Expires is { } expires) json["expires"] = expires;
        return Encode(json);
    }

    /// <summary>Reads a policy. One whose rules this version cannot read is a policy all the same: it then grants nothing.</summary>
    public static bool TryDecodePolicy(in KeyEntry entry, [NotNullWhen(true)] out AclPolicy? policy)
    {
        policy = null;
        if (Fields(entry) is not { } fields || Text(fields, "name") is not { Length: > 0 } name) return false;
        var rules = Text(fields, "rules") ?? "";
        policy = new AclPolicy
        {
            Id = Id(entry, PolicyPrefix),
            Name = name,
            Description = Text(fields, "description") ?? "",
            Rules = rules,
            Parsed = RulesParser.TryParse(rules, out var parsed, out _) ? parsed : default,
            CreateIndex = entry.CreateRevision,
            ModifyIndex = entry.ModRevision,
        };
        return true;
    }

    /// <summary>Reads a token.</summary>
    public static bool TryDecodeToken(in KeyEntry entry, [NotNullWhen(true)] out AclToken? token)
    {
        token = null;
        if (Fields(entry) is not { } fields || Text(fields, "hash") is not { } hash || fields["policies"] is not JsonArray policies) return false;
        // A token whose end cannot be read must not become one without.
        if (fields.ContainsKey("expires") && Time(fields, "expires") is null) return false;
        var ids = policies.Select(Text).ToImmutableArray();
        if (ids.Contains(null)) return false;
        token = new AclToken
        {
            AccessorId = Id(entry, TokenPrefix),
            SecretHash = hash,
            Description = Text(fields, "description") ?? "",
            Policies = ids!,
            IsLocal = fields["local"] is JsonValue local && local.TryGetValue<bool>(out var isLocal) && isLocal,
            Created = Time(fields, "created") ?? default,
            Expires = Time(fields, "expires"),
            CreateIndex = entry.CreateRevision,
            ModifyIndex = entry.ModRevision,
        };
        return true;
    }

    private static byte[] Encode(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json);

    private static string Id(in KeyEntry entry, string prefix) => Encoding.UTF8.GetString(entry.Key.Span[prefix.Length..]);

    private static JsonObject? Fields(in KeyEntry entry)
    {
        try
        {
            return JsonNode.Parse(entry.Value.Span, null, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject fields, string name) => Text(fields[name]);

    private static string? Text(JsonNode? node)
    {
        try
        {
            return node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        }
        catch (InvalidOperationException)
        {
            // Halves of surrogate pairs are found here and not when the whole is read.
            return null;
        }
    }

    private static DateTimeOffset? Time(JsonObject fields, string name) => fields[name] is JsonValue value && value.TryGetValue<DateTimeOffset>(out var time) ? time : null;
}
