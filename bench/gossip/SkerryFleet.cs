using System.Net;
using System.Text.RegularExpressions;

namespace Skerry.Bench.Gossip;

/// <summary>The agent under test, as users run it: <c>skerry agent</c>, joined through its HTTP API.</summary>
/// <param name="program">Path of the <c>skerry</c> program.</param>
/// <param name="directory">Where configuration files and data go.</param>
internal sealed partial class SkerryFleet(string program, string directory) : IFleet
{
    private const int GossipPort = 17946;
    private const int ApiPort = 18500;

    private static readonly HttpClient Http = new();

    public string Name => "skerry";

    public AgentProcess Start(string node, IPAddress address)
    {
        var file = Path.Combine(directory, node + ".yaml");
        File.WriteAllText(file, $$"""
            node: { name: {{node}} }
            gossip: { bind: '{{address}}:{{GossipPort}}', profile: lan }
            api: { address: '{{address}}:{{ApiPort}}' }
            """);
        return new AgentProcess(this, node, address, program, ["agent", "--config", file]);
    }

    public async Task JoinAsync(AgentProcess agent, IPAddress other, CancellationToken cancellation)
    {
        using var answer = await Http.PutAsync(new Uri($"http://{agent.Address}:{ApiPort}/v1/agent/join/{other}:{GossipPort}"), null, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    public string? JoinedIn(string line) => JoinedMember(line);

    public string? FailedIn(string line) => FailedMember(line);

    /// <summary>The member that a line of gossip's log says has joined.</summary>
    public static string? JoinedMember(string line) => Match(Joined(), line);

    /// <summary>The member that a line of gossip's log says has failed.</summary>
    public static string? FailedMember(string line) => Match(Failed(), line);

    private static string? Match(Regex pattern, string line) => pattern.Match(line) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"\bMember (n\d+) joined", RegexOptions.IgnoreCase)]
    private static partial Regex Joined();

    [GeneratedRegex(@"\bMember (n\d+) failed", RegexOptions.IgnoreCase)]
    private static partial Regex Failed();
}
