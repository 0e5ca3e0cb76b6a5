namespace Skerry.Agent.Configuration;

/// <summary>Whether a node takes connections of the tunnel in.</summary>
internal enum TunnelMode
{
    /// <summary>It does.</summary>
    ServerAndClient,

    /// <summary>It only makes them.</summary>
    ClientOnly,
}
