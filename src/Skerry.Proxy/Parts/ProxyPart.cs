namespace Skerry.Proxy.Parts;

/// <summary>A part of the proxy that follows its options. Options change all parts or none: each prepares what can be refused, then all commit.</summary>
internal abstract class ProxyPart : IAsyncDisposable
{
    /// <summary>Opens what new options ask for beside what there is. Nothing is changed yet.</summary>
    /// <exception cref="ProxyException">It cannot be.</exception>
    public abstract PreparedChange Prepare(ProxyOptions options);

    public abstract ValueTask DisposeAsync();
}
