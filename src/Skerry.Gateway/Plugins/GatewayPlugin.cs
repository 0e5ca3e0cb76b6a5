namespace Skerry.Gateway.Plugins;

/// <summary>
/// One step of a pipeline. Its life: made from its options (1), asked whether they can run (2), then, once for each request, called on the way in (3)
/// and, once the answer is known, on the way out (4); disposed when no request uses it any more (5). One plugin serves many requests at once.
/// </summary>
internal abstract class GatewayPlugin : IDisposable
{
    /// <summary>What cannot run, by key; checked before anything is swapped.</summary>
    public virtual IEnumerable<GatewayError> Validate(string path) => [];

    /// <summary>A request passes. True: to the next plugin; false: this one has answered.</summary>
    public virtual ValueTask<bool> OnRequestAsync(GatewayContext context) => new(true);

    /// <summary>The answer's status and headers are known and not yet sent. Plugins are called in reverse order.</summary>
    public virtual void OnResponse(GatewayContext context)
    {
    }

    /// <summary>State for people, JSON-ready; null when there is none.</summary>
    public virtual object? State => null;

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
