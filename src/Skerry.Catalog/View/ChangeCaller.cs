using Microsoft.Extensions.Logging;

namespace Skerry.Catalog.View;

/// <summary>Calls those who listen for changes: outside every lock, one call at a time, with the newest snapshot.</summary>
/// <param name="current">Gives the newest snapshot.</param>
/// <param name="logger">For a listener that breaks.</param>
internal sealed class ChangeCaller(Func<CatalogSnapshot> current, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Action<CatalogSnapshot>? _listeners;
    private Task _calling = Task.CompletedTask;
    private bool _isDue;
    private bool _isStopped;

    public void Add(Action<CatalogSnapshot>? listener)
    {
        lock (_gate) _listeners += listener;
    }

    public void Remove(Action<CatalogSnapshot>? listener)
    {
        lock (_gate) _listeners -= listener;
    }

    /// <summary>There is a newer snapshot.</summary>
    public void Call()
    {
        lock (_gate)
        {
            if (_isDue || _isStopped || _listeners is null) return;
            _isDue = true;
            _calling = CallAsync(_calling);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task calling;
        lock (_gate)
        {
            _isStopped = true;
            calling = _calling;
        }

        await calling;
    }

    private async Task CallAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Action<CatalogSnapshot>? listeners;
        lock (_gate)
        {
            // From here on a newer snapshot needs another call.
            _isDue = false;
            listeners = _isStopped ? null : _listeners;
        }

        foreach (var listener in Delegate.EnumerateInvocationList(listeners))
        {
            try
            {
                listener(current());
            }
            catch (Exception broken)
            {
                CatalogLog.ListenerBroke(logger, broken);
            }
        }
    }
}
