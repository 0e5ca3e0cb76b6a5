namespace Skerry.Proxy;

/// <summary>Which of several healthy instances gets the next connection.</summary>
public enum BalancingPolicy
{
    /// <summary>The nearest by estimated round trip; among those about as near, the one with the fewest connections for its weight.</summary>
    Nearest,

    /// <summary>One after the other, each as often as its weight says.</summary>
    RoundRobin,

    /// <summary>The one with the fewest connections of this proxy for its weight.</summary>
    LeastConnections,

    /// <summary>
    /// By the client's address, never its port: the same client gets the same instance as long as that has at most a quarter more than its share (rendezvous
    /// hashing, with the bound on loads of Mirrokni, Thorup and Zadimoghaddam, 2016).
    /// </summary>
    ClientAddress,
}
