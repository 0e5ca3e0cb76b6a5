namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Keeps retries a small share of the requests, so that a failing service is not buried under them.</summary>
/// <param name="share">Retries for each request.</param>
internal sealed class RetryBudget(double share)
{
    private const double Most = 100;
    private const double Least = 10;

    private readonly Lock _gate = new();
    private double _tokens = Least;

    public void OnRequest()
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
