using System.Collections.Immutable;

using Skerry.Catalog;

namespace Skerry.Api.Events;

/// <summary>The last events that were for this node, oldest first.</summary>
/// <param name="carrier">Brings them.</param>
/// <param name="node">This node's name.</param>
/// <param name="catalog">What it runs.</param>
internal sealed class EventBoard(IEventCarrier carrier, string node, ServiceCatalog catalog)
{
    /// <summary>Events that are kept; Consul's number.</summary>
    public const int Size = 256;

    private volatile ImmutableQueue<UserEvent> _events = [];
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>Oldest first.</summary>
    public IEnumerable<UserEvent> Recent => _events;

    /// <summary>Ends with the next event.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Tells every node.</summary>
    /// <exception cref="ApiException">It is too large.</exception>
    public void Fire(UserEvent told) => carrier.Fire(EventCodec.Encode(told));

    /// <summary>Takes events in until it is told to end.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await foreach (var (time, message) in carrier.ReceiveAsync(stopping))
        {
            if (EventCodec.TryDecode(message.Span, time, out var told) && EventFilter.Passes(told, node, catalog.LocalServices.Values.Select(local => local.Service))) Add(told);
        }
    }

    private void Add(UserEvent told)
    {
        var events = _events.Enqueue(told);
        if (_count < Size) _count++;
        else events = events.Dequeue();
        _events = events;
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
