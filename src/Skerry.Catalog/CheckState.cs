using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>A check and what it says, as every node of the group sees it.</summary>
public sealed record CheckState
{
    /// <summary>The node that runs it.</summary>
    public required string Node { get; init; }

    /// <summary>Its definition, without secrets: header values and bodies stay on the owner.</summary>
    public required CheckDefinition Definition { get; init; }

    /// <summary>What it says.</summary>
    public required CheckStatus Status { get; init; }

    /// <summary>The last output, at most 4096 bytes.</summary>
    public string Output { get; init; } = "";

    /// <summary>Name of the service it belongs to; empty for a node's check.</summary>
    public string ServiceName { get; init; } = "";

    /// <summary>Tags of the service it belongs to.</summary>
    public ImmutableArray<string> ServiceTags { get; init; } = [];

    /// <summary>Index of this node's view at which it appeared.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>Index of this node's view at which it changed last.</summary>
    public ulong ModifyIndex { get; init; }
}
