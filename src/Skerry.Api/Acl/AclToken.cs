using System.Collections.Immutable;

namespace Skerry.Api.Acl;

/// <summary>A token. Its secret is known to who made it; here is only what tells it again.</summary>
internal sealed record AclToken
{
    /// <summary>The accessor of the token of those who bring none.</summary>
    public const string AnonymousId = "00000000-0000-0000-0000-000000000002";

    /// <summary>Its name, a UUID: it may be shown.</summary>
    public required string AccessorId { get; init; }

    /// <summary>SHA-256 of the secret, in hexadecimal digits; empty for the anonymous token, which has none.</summary>
    public string SecretHash { get; init; } = "";

    /// <summary>For people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Ids of its policies, in order. One that is gone grants nothing.</summary>
    public ImmutableArray<string> Policies { get; init; } = [];

    /// <summary>What Consul's clients asked for; every token is of its group alone.</summary>
    public bool IsLocal { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When it ends; null: never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The manifest's revision that made it.</summary>
    public long CreateIndex { get; init; }

    /// <summary>The manifest's revision that changed it last.</summary>
    public long ModifyIndex { get; init; }

    /// <summary>The anonymous token as it is before anybody has changed it.</summary>
    public static AclToken Anonymous { get; } = new() { AccessorId = AnonymousId, Description = "Anonymous Token" };
}
