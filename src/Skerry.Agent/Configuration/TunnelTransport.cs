namespace Skerry.Agent.Configuration;

/// <summary>What carries the tunnel's connections that come in.</summary>
internal enum TunnelTransport
{
    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>WebSocket over TCP.</summary>
    Ws,
}
