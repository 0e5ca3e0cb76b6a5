namespace Skerry.Gateway.Plugins;

/// <summary>
/// One step of a pipeline. Its life: (1) made from its options, which costs nothing and starts nothing; (2) asked whether they can run; (3) prepared, with the one it
/// replaces to take state from; then, once for each request, called (4) on the way in and (5) on the way out; (6) disposed when no request uses it any more. Only
/// (1) and (2) happen to options that are merely checked. One plugin serves many requests at once.
/// </summary>
internal abstract class GatewayPlugin : IDisposable
{
    /// <summary>What cannot run, by key; checked before anything is swapped.</summary>
    /// <param name="path">The plugin's place in the configuration.</param>
    public virtual IEnumerable<GatewayError> Validate(string path) => [];

    /// <summary>Gets ready for requests, which come as soon as this returns.</summary>
    /// <param name="before">The plugin of the same kind that stands here now and still has requests; null when there is none.</param>
    public virtual void Prepare(GatewayPlugin? before)
    {
    }

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
