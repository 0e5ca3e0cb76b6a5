namespace Skerry.Api;

/// <summary>What carries user events to every node of the group. The agent gives the adapter to gossip.</summary>
public interface IEventCarrier
{
    /// <summary>Tells every node, this one too.</summary>
    /// <exception cref="ApiException">It is too large.</exception>
    void Fire(ReadOnlyMemory<byte> message);

    /// <summary>What nodes told, once each, with the Lamport time of each; for one reader.</summary>
    IAsyncEnumerable<(ulong LTime, ReadOnlyMemory<byte> Message)> ReceiveAsync(CancellationToken cancellation);
}
