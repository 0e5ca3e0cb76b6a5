using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

using Skerry.Api.Acl;

namespace Skerry.Api.Consul;

/// <summary>Tokens and policies in Consul's JSON.</summary>
internal static class AclShapes
{
    /// <summary>What stands for a secret that is not known here, or not for the one who asks.</summary>
    public const string Hidden = "<hidden>";

    public static JsonObject Token(AclToken token, AclState state, string secret)
    {
        var json = new JsonObject
        {
            ["AccessorID"] = token.AccessorId,
            ["SecretID"] = secret,
            ["Description"] = token.Description,
            ["Policies"] = new JsonArray([.. token.Policies.Select(state.Policies.GetValueOrDefault).OfType<AclPolicy>().Select(Link)]),
            ["Local"] = token.IsLocal,
            ["CreateTime"] = Time(token.Created),
        };
        if (token.Expires is { } expires) json["ExpirationTime"] = Time(expires);
        json["Hash"] = Hash([token.Description, token.IsLocal ? "local" : "global", .. token.Policies]);
        json["CreateIndex"] = token.CreateIndex;
        json["ModifyIndex"] = token.ModifyIndex;
        return json;
    }

    /// <param name="policy">The policy.</param>
    /// <param name="withRules">Whether its rules are shown: not in lists.</param>
    public static JsonObject Policy(AclPolicy policy, bool withRules)
    {
        var json = new JsonObject { ["ID"] = policy.Id, ["Name"] = policy.Name, ["Description"] = policy.Description };
        if (withRules) json["Rules"] = policy.Rules;
        json["Datacenters"] = null;
        json["Hash"] = Hash([policy.Name, policy.Description, policy.Rules]);
        json["CreateIndex"] = policy.CreateIndex;
        json["ModifyIndex"] = policy.ModifyIndex;
        return json;
    }

    private static JsonObject Link(AclPolicy policy) => new() { ["ID"] = policy.Id, ["Name"] = policy.Name };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    /// <summary>Changes with what it is made of: clients compare it, and nothing is proved by it.</summary>
    private static string Hash(IEnumerable<string> parts) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
}
