namespace Skerry.Agent.CommandLine.Documents;

/// <summary>An entry of <c>/v1/agent/members</c>.</summary>
internal sealed record ApiMemberDocument
{
    public string Name { get; init; } = "";

    public string Addr { get; init; } = "";

    public int Port { get; init; }

    public Dictionary<string, string> Tags { get; init; } = [];

    public int Status { get; init; }
}
