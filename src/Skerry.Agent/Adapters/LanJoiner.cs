using System.Globalization;
using System.Net;
using System.Text;

using Microsoft.Extensions.Logging;

using Skerry.Gossip;
using Skerry.Libp2p;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>Joins nodes of the own group that the tunnel finds in the LAN: it asks them through the tunnel where their gossip is.</summary>
/// <param name="gossip">Joins.</param>
/// <param name="tunnel">Finds and asks.</param>
/// <param name="group">The own group.</param>
/// <param name="logger">Tells of what was found.</param>
internal sealed class LanJoiner(GossipNode gossip, TunnelNode tunnel, string group, ILogger logger)
{
    private const string Protocol = "/skerry/gossip-address/1.0.0";

    /// <summary>An address with its port, in text.</summary>
    private const int MaxLength = 64;

    /// <summary>Begins to answer and to join.</summary>
    public void Start()
    {
        tunnel.Handle(Protocol, AnswerAsync);
        tunnel.NodeFound += (node, ofGroup) => _ = Task.Run(() => FoundAsync(node, ofGroup));
    }

    private async Task AnswerAsync(string caller, string ofGroup, Libp2pStream stream, CancellationToken cancellation)
    {
        if (ofGroup == group) await stream.WriteAsync(Encoding.ASCII.GetBytes(gossip.LocalAddress.ToString()), cancellation);
        await stream.EndWritingAsync(cancellation);
    }

    private async Task FoundAsync(string node, string ofGroup)
    {
        if (ofGroup != group || gossip.Members.TryGetValue(node, out var known) && known.Status == MemberStatus.Alive) return;
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await using var stream = await tunnel.OpenAsync(node, Protocol, limit.Token);
            await stream.EndWritingAsync(limit.Token);
            var buffer = new byte[MaxLength];
            var count = await stream.ReadAtLeastAsync(buffer, MaxLength, throwOnEndOfStream: false, limit.Token);
            if (!IPEndPoint.TryParse(Encoding.ASCII.GetString(buffer, 0, count), out var address) || address.Port == 0) return;
            AgentLog.NeighbourFound(logger, node, address.ToString());
            await gossip.JoinAsync([string.Create(CultureInfo.InvariantCulture, $"{node}/{address}")], limit.Token);
        }
        catch (Exception failed) when (failed is IOException or Libp2pException or GossipException or OperationCanceledException or InvalidOperationException)
        {
            AgentLog.NeighbourLost(logger, node, failed.Message);
        }
    }
}
