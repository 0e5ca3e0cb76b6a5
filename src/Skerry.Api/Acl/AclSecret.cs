using System.Security.Cryptography;
using System.Text;

using Microsoft.AspNetCore.Http;

namespace Skerry.Api.Acl;

/// <summary>The secret that a request brings, and how it is kept.</summary>
internal static class AclSecret
{
    private const string Bearer = "Bearer ";

    /// <summary>The secret of a request, from wherever Consul's clients put it; empty: it brings none.</summary>
    public static string Of(HttpRequest request)
    {
        if (request.Query.TryGetValue("token", out var asked) && asked.ToString() is { Length: > 0 } parameter) return parameter;
        if (request.Headers["X-Consul-Token"].ToString() is { Length: > 0 } header) return header;
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : "";
    }

    /// <summary>What is kept of a secret. Secrets are UUIDs, too many to be tried: no salt, and no slow function, makes this any safer.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
