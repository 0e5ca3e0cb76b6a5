namespace Skerry.Proxy;

/// <summary>Why an instance was not reached.</summary>
public enum ProxyFailure
{
    /// <summary>Nothing answers there: its node, or the service on it.</summary>
    Unreachable,

    /// <summary>Its node will not: not registered there, or not open to the caller.</summary>
    Refused,

    /// <summary>No answer within the deadline.</summary>
    Timeout,

    /// <summary>No healthy instance is known.</summary>
    NoInstance,

    /// <summary>Too much is open already, here or at the other end.</summary>
    Busy,
}
