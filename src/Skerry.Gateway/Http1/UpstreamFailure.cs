namespace Skerry.Gateway.Http1;

/// <summary>How an exchange with an instance failed: by stage and side.</summary>
internal enum UpstreamFailure
{
    /// <summary>No connection: refused, unreachable.</summary>
    Connect,

    /// <summary>No connection in time.</summary>
    ConnectTimeout,

    /// <summary>A kept connection had been closed before any of the answer came.</summary>
    Closed,

    /// <summary>No answer in time.</summary>
    FirstByteTimeout,

    /// <summary>The answer is not HTTP.</summary>
    Protocol,

    /// <summary>The answer's body broke off.</summary>
    Body,

    /// <summary>A body stood still for too long, or the whole took too long.</summary>
    BodyTimeout,
}
