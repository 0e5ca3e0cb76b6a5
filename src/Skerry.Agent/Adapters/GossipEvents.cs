using System.Runtime.CompilerServices;

using Skerry.Api;
using Skerry.Gossip;

namespace Skerry.Agent.Adapters;

/// <summary>User events of the API over gossip's, all by one name, so that those of Serf's agents are told apart.</summary>
/// <param name="gossip">Carries them.</param>
internal sealed class GossipEvents(GossipNode gossip) : IEventCarrier
{
    private const string Name = "skerry:event";

    public void Fire(ReadOnlyMemory<byte> message)
    {
        try
        {
            gossip.FireEvent(Name, message.Span);
        }
        catch (GossipException refused)
        {
            throw new ApiException(413, refused.Message);
        }
    }

    public async IAsyncEnumerable<(ulong LTime, ReadOnlyMemory<byte> Message)> ReceiveAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var told in gossip.Events.ReadAllAsync(cancellation))
        {
            if (told.Name == Name) yield return (told.LTime, told.Payload);
        }
    }
}
