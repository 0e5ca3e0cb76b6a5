namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Keeps retries a small share of the requests, so that a failing service is not buried under them.</summary>
internal sealed class RetryBudget
{
    /// <summary>Retries saved up at most: what a service that fails for the first time in a while may cost at once.</summary>
    private const double Most = 100;

    /// <summary>Retries a quiet upstream has from the start.</summary>
    private const double Least = 10;

    private readonly Lock _gate = new();
    private double _tokens = Least;

    /// <summary>A request has come.</summary>
    /// <param name="share">Retries it earns.</param>
    public void OnRequest(double share)
    {
        // Full is the usual state, and then there is nothing to write.
        if (Volatile.Read(ref _tokens) >= Most) return;
        lock (_gate) _tokens = Math.Min(Most, _tokens + share);
    }

    /// <summary>Takes one retry; false when the budget is spent.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }
}
