using System.Runtime.CompilerServices;

using Skerry.Gossip;
using Skerry.Replication;

namespace Skerry.Agent.Adapters;

/// <summary>Replication over gossip's own packets and streams, to the Skerry nodes of the same group.</summary>
/// <param name="gossip">Carries the messages.</param>
/// <param name="group">This node's group.</param>
internal sealed class GossipReplicationTransport(GossipNode gossip, string group) : IReplicationTransport
{
    public IReadOnlyList<string> Peers =>
    [
        .. gossip.Members.Values
            .Where(member => member.Status == MemberStatus.Alive && member.Name != gossip.Name && AgentTags.IsOfGroup(member, group))
            .Select(member => member.Name),
    ];

    public int MaxDatagramPayload => GossipNode.MaxDatagramPayload;

    public bool TrySendDatagram(string peer, ReadOnlySpan<byte> message) => gossip.TrySendDatagram(peer, message);

    public Task<bool> SendStreamAsync(string peer, ReadOnlyMemory<byte> message, CancellationToken cancellation) => gossip.SendStreamAsync(peer, message, cancellation);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReceiveAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var message in gossip.ApplicationMessages.ReadAllAsync(cancellation)) yield return message.Payload;
    }
}
