using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Tells the connected peers when this node is reached elsewhere than they have been told, once that has settled.</summary>
/// <param name="own">Where it is reached.</param>
/// <param name="identify">Tells them.</param>
/// <param name="time">Measures the pause.</param>
internal sealed class AddressAnnouncer(OwnAddresses own, IdentifyProtocol identify, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Several peers often say the same one after the other.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    private readonly BackgroundTasks _tasks = new();
    private readonly Lock _gate = new();
    private HashSet<Multiaddr> _told = [];
    private bool _isWaiting;

    /// <summary>What peers are told from the beginning is no news.</summary>
    public void Start()
    {
        lock (_gate) _told = [.. own.Told];
    }

    /// <summary>Something may have changed.</summary>
    public void Check()
    {
        lock (_gate)
        {
            if (_isWaiting || _told.SetEquals(own.Told)) return;
            _isWaiting = true;
        }

        _tasks.Launch(AnnounceAsync);
    }

    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    private async Task AnnounceAsync(CancellationToken cancel)
    {
        await Task.Delay(Settle, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _isWaiting = false;
            _told = [.. own.Told];
        }

        if (!cancel.IsCancellationRequested) await identify.PushAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
