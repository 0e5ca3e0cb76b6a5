using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

using Skerry.Api.Acl;
using Skerry.Api.Acl.Rules;
using Skerry.Api.Http;

namespace Skerry.Api.Consul;

/// <summary>Tokens and policies as Consul's clients write them.</summary>
internal static partial class AclReader
{
    private const string ReservedIds = "00000000-0000-0000-0000-0000000000";
    private const int MaxDescription = 4096;
    private const int MaxPolicies = 256;

    private static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);

    /// <summary>What of Consul's is not there: a token that would need it must not be taken for one that does not.</summary>
    private static readonly string[] NotThere = ["Roles", "ServiceIdentities", "NodeIdentities", "TemplatedPolicies"];

    /// <summary>A new token, with its secret.</summary>
    public static (AclToken Token, string Secret) Token(LooseObject body, AclState state, DateTimeOffset now)
    {
        var secret = Id(body, "SecretID") ?? AclStore.NewId();
        var token = new AclToken { AccessorId = Id(body, "AccessorID") ?? AclStore.NewId(), SecretHash = AclSecret.Hash(secret), Created = now, Expires = Expiry(body, now), IsLocal = body.Flag("Local") };
        return (Change(token, body, state), secret);
    }

    /// <summary>What of a token can be changed.</summary>
    public static AclToken Change(AclToken token, LooseObject body, AclState state) => token with { Description = Description(body), Policies = Policies(body, state) };

    /// <summary>Refuses to change what of a token cannot be.</summary>
    public static void CheckUnchanged(AclToken token, LooseObject body)
    {
        if (body.Text("AccessorID") is { Length: > 0 } accessor && accessor != token.AccessorId) throw new ApiException(400, "Token Accessor ID in URL and payload do not match");
        if (body.Text("SecretID") is { Length: > 0 } secret && secret != AclShapes.Hidden && AclSecret.Hash(secret) != token.SecretHash && token.SecretHash.Length > 0)
            throw new ApiException(400, "Changing a token's SecretID is not permitted");
        if (body.Has("Local") && body.Flag("Local") != token.IsLocal) throw new ApiException(400, "Cannot toggle local mode of " + token.AccessorId);
        // To the second: clients round what they read.
        if (body.Text("ExpirationTime") is { Length: > 0 } text && !(Time(body, text) is var time && token.Expires is { } expires && (time - expires).Duration() < TimeSpan.FromSeconds(1)))
            throw new ApiException(400, "Cannot change expiration time of " + token.AccessorId);
    }

    /// <summary>A policy, new or changed.</summary>
    public static AclPolicy Policy(AclPolicy policy, LooseObject body)
    {
        if (body.Text("ID") is { Length: > 0 } id && id != policy.Id) throw new ApiException(400, "Policy ID in URL and payload do not match");
        var name = body.Text("Name");
        if (!PolicyName().IsMatch(name)) throw new ApiException(400, "Invalid Policy: invalid Name. Only alphanumeric characters, '-' and '_' are allowed, at most 128");
        if (!body.Texts("Datacenters").IsEmpty) throw body.Refuse("Datacenters", "is not supported: a policy is of the group it is made in");
        var rules = body.Text("Rules");
        return RulesParser.TryParse(rules, out var parsed, out var error)
            ? policy with { Name = name, Description = Description(body), Rules = rules, Parsed = parsed }
            : throw new ApiException(400, "Failed to parse ACL rules: " + error);
    }

    private static string Description(LooseObject body) =>
        body.Text("Description") is { Length: <= MaxDescription } text ? text : throw body.Refuse("Description", string.Create(CultureInfo.InvariantCulture, $"must have at most {MaxDescription} characters"));

    private static ImmutableArray<string> Policies(LooseObject body, AclState state)
    {
        if (NotThere.FirstOrDefault(body.Has) is { } missing && body.Objects(missing).Any()) throw body.Refuse(missing, "is not supported: give the token policies");
        var policies = body.Objects("Policies").Select(link => Policy(link, state)).Distinct(StringComparer.Ordinal).ToImmutableArray();
        return policies.Length <= MaxPolicies ? policies : throw body.Refuse("Policies", string.Create(CultureInfo.InvariantCulture, $"must be at most {MaxPolicies}"));
    }

    private static string Policy(LooseObject link, AclState state)
    {
        if (link.Text("ID") is { Length: > 0 } id) return state.Policies.ContainsKey(id) ? id : throw new ApiException(400, $"No such ACL policy with ID \"{id}\"");
        var name = link.Text("Name");
        return state.FindPolicy(name)?.Id ?? throw new ApiException(400, $"No such ACL policy with name \"{name}\"");
    }

    /// <summary>A UUID that the client has chosen; null: it has not.</summary>
    private static string? Id(LooseObject body, string field)
    {
        var text = body.Text(field);
        if (text.Length == 0) return null;
        if (!Guid.TryParseExact(text, "D", out _)) throw new ApiException(400, $"Invalid Token: {field} is not a valid UUID");
        return text.StartsWith(ReservedIds, StringComparison.Ordinal) ? throw new ApiException(400, $"Invalid Token: UUIDs with the prefix \"{ReservedIds}\" are reserved") : text;
    }

    private static DateTimeOffset? Expiry(LooseObject body, DateTimeOffset now)
    {
        var life = body.Duration("ExpirationTTL", TimeSpan.Zero);
        var text = body.Text("ExpirationTime");
        if (life == TimeSpan.Zero && text.Length == 0) return null;
        if (life != TimeSpan.Zero && text.Length > 0) throw new ApiException(400, "Token Expiration TTL and Expiration Time cannot both be set");
        if (text.Length > 0) life = Time(body, text) - now;
        if (life < ShortestLife || life > LongestLife) throw new ApiException(400, "Invalid Token: it must end between one minute and 24 hours from now");
        return now + life;
    }

    private static DateTimeOffset Time(LooseObject body, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : throw body.Refuse("ExpirationTime", "must be a time such as 2026-11-21T16:00:00Z");

    [GeneratedRegex("^[A-Za-z0-9_-]{1,128}$")]
    private static partial Regex PolicyName();
}
