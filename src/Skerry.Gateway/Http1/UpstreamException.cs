namespace Skerry.Gateway.Http1;

/// <summary>An exchange with an instance failed.</summary>
/// <param name="failure">How.</param>
/// <param name="message">For the log.</param>
/// <param name="inner">What the system said.</param>
internal sealed class UpstreamException(UpstreamFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public UpstreamFailure Failure { get; } = failure;
}
