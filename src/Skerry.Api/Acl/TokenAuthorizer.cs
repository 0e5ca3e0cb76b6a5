using Microsoft.AspNetCore.Http;

using Skerry.Api.Acl.Rules;

namespace Skerry.Api.Acl;

/// <summary>What the one who sends a request may do, by the token that came with it. A change of its policies, or its end, shows in a request that waits.</summary>
/// <param name="acl">Tokens and policies.</param>
/// <param name="http">The request.</param>
internal sealed class TokenAuthorizer(AclService acl, HttpContext http) : IAuthorizer
{
    private readonly string _secret = AclSecret.Of(http.Request);
    private string? _hash;
    private AclState? _state;
    private AclToken? _token;
    private RuleSet? _rules;

    /// <summary>Tokens and policies.</summary>
    public AclService Acl => acl;

    /// <summary>The secret that came with the request; empty: none.</summary>
    public string Secret => _secret;

    public bool HasToken => _secret.Length > 0;

    /// <summary>The token.</summary>
    /// <exception cref="ApiException">There is none with this secret, or its time is over.</exception>
    public AclToken Token
    {
        get
        {
            Resolve();
            return _token!;
        }
    }

    public bool Allows(AclResource resource, string name, AclAccess access)
    {
        var rules = Resolve();
        if (!rules.Allows(resource, name, access)) return false;
        // Who may read keys has not been given the tokens.
        return resource != AclResource.Key || !name.StartsWith(AclRecords.Prefix, StringComparison.Ordinal) || rules.Allows(AclResource.Acl, "", access);
    }

    public bool AllowsTree(AclResource resource, string prefix, AclAccess access)
    {
        var rules = Resolve();
        if (!rules.AllowsTree(resource, prefix, access)) return false;
        var hasTokens = resource == AclResource.Key && (prefix.StartsWith(AclRecords.Prefix, StringComparison.Ordinal) || AclRecords.Prefix.StartsWith(prefix, StringComparison.Ordinal));
        return !hasTokens || rules.Allows(AclResource.Acl, "", access);
    }

    public ApiException Refuse(AclResource resource, string name, AclAccess access)
    {
        var (what, how) = (NameOf(resource), NameOf(access));
        var isAnonymous = Token.AccessorId == AclToken.AnonymousId;
        Count(what, how);
        ApiLog.Refused(acl.Logger, isAnonymous ? "the anonymous token" : Token.AccessorId, what, how, name, http.Request.Method, http.Request.Path.ToString(), http.Connection.RemoteIpAddress);
        return new ApiException(
            StatusCodes.Status403Forbidden,
            $"Permission denied: {(isAnonymous ? "anonymous token" : $"token with AccessorID '{Token.AccessorId}'")} lacks permission '{what}:{how}'{(name.Length > 0 ? $" on \"{name}\"" : "")}"
            + (isAnonymous ? ". The anonymous token is used implicitly when a request does not specify a token." : ""));
    }

    private static string NameOf(AclResource resource) => resource switch
    {
        AclResource.Acl => "acl",
        AclResource.Agent => "agent",
        AclResource.Event => "event",
        AclResource.Key => "key",
        AclResource.Keyring => "keyring",
        AclResource.Node => "node",
        AclResource.Operator => "operator",
        AclResource.Service => "service",
        _ => "session",
    };

    private static string NameOf(AclAccess access) => access switch
    {
        AclAccess.Read => "read",
        AclAccess.List => "list",
        _ => "write",
    };

    private RuleSet Resolve()
    {
        var state = acl.State;
        var now = acl.Time.GetUtcNow();
        if (_rules is not null && ReferenceEquals(state, _state) && !(_token!.Expires <= now)) return _rules;
        if (!acl.IsReady) throw AclService.NotReady();
        var token = HasToken && _secret != "anonymous" ? state.FindToken(_hash ??= AclSecret.Hash(_secret), now) : state.Tokens[AclToken.AnonymousId];
        if (token is null)
        {
            Count("token", "unknown");
            ApiLog.UnknownToken(acl.Logger, http.Request.Method, http.Request.Path.ToString(), http.Connection.RemoteIpAddress);
            throw new ApiException(StatusCodes.Status403Forbidden, "ACL not found");
        }

        (_state, _token, _rules) = (state, token, state.RulesOf(token));
        return _rules;
    }

    private void Count(string resource, string access) => acl.Metrics.Refused(resource, access);
}
