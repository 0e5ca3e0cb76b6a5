namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>What instances speak.</summary>
public enum UpstreamProtocol
{
    /// <summary>HTTP/1.1.</summary>
    Http1,

    /// <summary>HTTP/2 in clear, without negotiation.</summary>
    Http2,
}
