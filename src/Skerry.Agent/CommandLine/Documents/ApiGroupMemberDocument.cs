namespace Skerry.Agent.CommandLine.Documents;

/// <summary>An entry of <c>/v1/skerry/members</c>.</summary>
internal sealed record ApiGroupMemberDocument
{
    public string Name { get; init; } = "";

    public string Address { get; init; } = "";

    public string Status { get; init; } = "";

    public string Group { get; init; } = "";

    public Dictionary<string, string> Tags { get; init; } = [];
}
