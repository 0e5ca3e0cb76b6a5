using System.Collections.Immutable;

using Skerry.Api.Acl.Rules;

namespace Skerry.Api.Acl;

/// <summary>A policy: rules with a name.</summary>
internal sealed record AclPolicy
{
    /// <summary>The id of <see cref="GlobalManagement"/>.</summary>
    public const string GlobalManagementId = "00000000-0000-0000-0000-000000000001";

    private const string Everything = """
        acl = "write"
        keyring = "write"
        mesh = "write"
        operator = "write"
        peering = "write"
        agent_prefix "" { policy = "write" }
        event_prefix "" { policy = "write" }
        key_prefix "" { policy = "write" }
        node_prefix "" { policy = "write" }
        query_prefix "" { policy = "write" }
        service_prefix "" { policy = "write" intentions = "write" }
        session_prefix "" { policy = "write" }
        """;

    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    /// <summary>Its name, there once in a group.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string Description { get; init; } = "";

    /// <summary>The rules as they were written.</summary>
    public string Rules { get; init; } = "";

    /// <summary>The rules, read; default where this version cannot read them.</summary>
    public ImmutableArray<AclRule> Parsed { get; init; }

    /// <summary>The manifest's revision that made it.</summary>
    public long CreateIndex { get; init; }

    /// <summary>The manifest's revision that changed it last.</summary>
    public long ModifyIndex { get; init; }

    /// <summary>May do everything. It is always there, and cannot be changed.</summary>
    public static AclPolicy GlobalManagement { get; } = new()
    {
        Id = GlobalManagementId,
        Name = "global-management",
        Description = "Builtin Policy that grants unlimited access",
        Rules = Everything,
        Parsed = RulesParser.TryParse(Everything, out var rules, out var error) ? rules : throw new InvalidOperationException(error),
        CreateIndex = 1,
        ModifyIndex = 1,
    };
}
