namespace Skerry.Proxy;

/// <summary>A service could not be reached, or the proxy not be started or changed; the message says why.</summary>
/// <param name="reason">Why.</param>
/// <param name="message">For the operator.</param>
/// <param name="inner">What the system said, if it did.</param>
public sealed class ProxyException(ProxyFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public ProxyFailure Reason { get; } = reason;
}
