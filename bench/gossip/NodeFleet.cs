using System.Net;

namespace Skerry.Bench.Gossip;

/// <summary>Processes with a gossip node alone, joined through their standard input: the part of the agent's cost that gossip has.</summary>
internal sealed class NodeFleet : IFleet
{
    private const int GossipPort = 17946;

    public string Name => "node";

    public AgentProcess Start(string node, IPAddress address) =>
        new(this, node, address, Environment.ProcessPath!, ["--host", node, $"{address}:{GossipPort}"]);

    public Task JoinAsync(AgentProcess agent, IPAddress other, CancellationToken cancellation) => agent.TellAsync($"{other}:{GossipPort}");

    public string? JoinedIn(string line) => SkerryFleet.JoinedMember(line);

    public string? FailedIn(string line) => SkerryFleet.FailedMember(line);
}
