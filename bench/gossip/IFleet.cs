using System.Net;

namespace Skerry.Bench.Gossip;

/// <summary>Agents of one kind, all alike, each on a loopback address of its own.</summary>
internal interface IFleet
{
    /// <summary>Name shown in the table.</summary>
    string Name { get; }

    /// <summary>Starts one agent that knows nobody yet.</summary>
    AgentProcess Start(string node, IPAddress address);

    /// <summary>Makes an agent join another through its own control port.</summary>
    Task JoinAsync(AgentProcess agent, IPAddress other, CancellationToken cancellation);

    /// <summary>The member a log line says has joined, or null.</summary>
    string? JoinedIn(string line);

    /// <summary>The member a log line says has failed, or null.</summary>
    string? FailedIn(string line);
}
