namespace Skerry.Proxy.Forwarding;

/// <summary>A forward that runs. Disposing closes it with all it carries.</summary>
internal interface IForward : IAsyncDisposable
{
    /// <summary>How it is now.</summary>
    ForwardState State { get; }

    /// <summary>Begins to take connections.</summary>
    void Start();

    /// <summary>Takes another service or policy for what comes from now on; where it listens stays.</summary>
    void Change(ForwardOptions options);
}
