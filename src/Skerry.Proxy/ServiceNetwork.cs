namespace Skerry.Proxy;

/// <summary>What a service speaks below its own protocol.</summary>
public enum ServiceNetwork
{
    /// <summary>Bytes in order, each direction ended by itself.</summary>
    Tcp,

    /// <summary>Datagrams.</summary>
    Udp,
}
