using System.Threading.Channels;

namespace Skerry.Libp2p.Driver;

/// <summary>What a query has found so far.</summary>
internal sealed class DhtQueryResult
{
    private readonly Channel<PeerAddresses> _found = Channel.CreateUnbounded<PeerAddresses>();
    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Who was found; ends with the query. Bounded by the query's limit.</summary>
    public ChannelReader<PeerAddresses> Found => _found.Reader;

    /// <summary>How many nodes it reached, once it is over.</summary>
    public Task<int> Done => _done.Task;

    public void Add(PeerAddresses peer) => _found.Writer.TryWrite(peer);

    public void End(int count)
    {
        _found.Writer.TryComplete();
        _done.TrySetResult(count);
    }

    /// <summary>The host stops.</summary>
    public void Abandon()
    {
        var stopped = new Libp2pException("The host has stopped.");
        _found.Writer.TryComplete(stopped);
        _done.TrySetException(stopped);
        _ = _done.Task.Exception;
    }
}
