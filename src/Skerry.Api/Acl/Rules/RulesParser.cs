using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Skerry.Api.Acl.Rules;

/// <summary>
/// Reads a policy's rules as Consul writes them, HCL or JSON:
/// <code>
/// key_prefix "shop/" { policy = "write" }      # and agent, event, node, query, service, session, each with and without _prefix
/// operator = "read"                            # and acl, keyring, mesh, peering
/// </code>
/// A rule about what Skerry does not have (prepared queries, the service mesh) is checked and grants nothing. A word that is no resource of Consul's is
/// refused: a rule that denies must not be lost to a slip of the pen.
/// </summary>
internal static class RulesParser
{
    /// <summary>Characters of a policy's rules.</summary>
    public const int MaxLength = 128 * 1024;

    /// <returns>Whether they can be read; else <paramref name="error"/> says where not, for a person.</returns>
    public static bool TryParse(string rules, out ImmutableArray<AclRule> parsed, [NotNullWhen(false)] out string? error)
    {
        parsed = [];
        if (rules.Length > MaxLength)
        {
            error = string.Create(CultureInfo.InvariantCulture, $"longer than {MaxLength} characters");
            return false;
        }

        var reader = new RulesReader(rules);
        if (reader.Read() is not { } root)
        {
            error = Place(rules, reader.ErrorAt) + reader.Error;
            return false;
        }

        var found = ImmutableArray.CreateBuilder<AclRule>();
        foreach (var (key, value, at) in root.Entries)
        {
            if (ReadEntry(key, value, found) is not { } wrong) continue;
            error = Place(rules, wrong.At >= 0 ? wrong.At : at) + wrong.Why;
            return false;
        }

        parsed = found.ToImmutable();
        error = null;
        return true;
    }

    /// <returns>What is wrong, and where; null: nothing.</returns>
    private static (int At, string Why)? ReadEntry(string key, RulesNode value, ImmutableArray<AclRule>.Builder into)
    {
        if (key is "acl" or "keyring" or "mesh" or "operator" or "peering")
        {
            if (value.Text is not { } text) return (value.At, $"{key} must be a text, as in {key} = \"read\"");
            if (!TryLevel(text, out var level) || level == AclLevel.List) return (value.At, $"Invalid {key} policy: \"{text}\"; allowed: deny, read, write");
            if (ResourceOf(key) is { } resource) into.Add(new AclRule(resource, "", false, level));
            return null;
        }

        var isPrefix = key.EndsWith("_prefix", StringComparison.Ordinal);
        var kind = isPrefix ? key[..^"_prefix".Length] : key;
        if (kind is not ("agent" or "event" or "key" or "node" or "query" or "service" or "session")) return (-1, $"\"{key}\" is not a resource that rules are about");
        if (value.Text is not null) return (value.At, $"{key} needs a name, as in {key} \"name\" {{ policy = \"read\" }}");
        foreach (var (name, body, at) in value.Entries)
        {
            if (ReadLevel(key, kind, body, out var level) is { } wrong) return wrong.At >= 0 ? wrong : (at, wrong.Why);
            if (ResourceOf(kind) is { } resource) into.Add(new AclRule(resource, name, isPrefix, level));
        }

        return null;
    }

    private static (int At, string Why)? ReadLevel(string key, string kind, RulesNode body, out AclLevel level)
    {
        level = AclLevel.Deny;
        var isThere = false;
        foreach (var (field, value, at) in body.Entries)
        {
            var isPolicy = field == "policy";
            // What callers of a service may do is the service mesh's matter: checked, and not asked for here. One older form of the word is in Consul's own policies.
            if (!isPolicy && !(kind == "service" && field is "intentions" or "intention")) return (at, $"\"{field}\" is not a part of a rule; allowed: policy");
            if (value.Text is not { } text || !TryLevel(text, out var read) || (read == AclLevel.List && kind != "key"))
                return (at, $"Invalid {key} {field}: \"{value.Text}\"; allowed: deny, read, {(kind == "key" ? "list, " : "")}write");
            if (!isPolicy) continue;
            (level, isThere) = (read, true);
        }

        return isThere ? null : (body.At, $"{key} has a rule without a policy, as in policy = \"read\"");
    }

    private static AclResource? ResourceOf(string kind) => kind switch
    {
        "acl" => AclResource.Acl,
        "agent" => AclResource.Agent,
        "event" => AclResource.Event,
        "key" => AclResource.Key,
        "keyring" => AclResource.Keyring,
        "node" => AclResource.Node,
        "operator" => AclResource.Operator,
        "service" => AclResource.Service,
        "session" => AclResource.Session,
        _ => null,
    };

    private static bool TryLevel(string text, out AclLevel level)
    {
        (var isKnown, level) = text switch
        {
            "deny" => (true, AclLevel.Deny),
            "read" => (true, AclLevel.Read),
            "list" => (true, AclLevel.List),
            "write" => (true, AclLevel.Write),
            _ => (false, AclLevel.Deny),
        };
        return isKnown;
    }

    private static string Place(string rules, int at)
    {
        var before = rules.AsSpan(0, Math.Min(at, rules.Length));
        return string.Create(CultureInfo.InvariantCulture, $"line {before.Count('\n') + 1}, column {before.Length - before.LastIndexOf('\n')}: ");
    }
}
