using System.ComponentModel;
using System.Net;

namespace Skerry.Gateway;

/// <summary>One address the gateway listens on.</summary>
public sealed record ListenerOptions
{
    /// <summary>Name that pipelines refer to.</summary>
    [Description("Name that pipelines refer to.")]
    public required string Name { get; init; }

    /// <summary>IP address and port.</summary>
    [Description("IP address and port, ADDRESS:PORT.")]
    public IPEndPoint Address { get; init; } = new(IPAddress.Any, 8080);

    /// <summary>TLS; null: cleartext, HTTP/1.1 and HTTP/2 with prior knowledge.</summary>
    [Description("Certificate and key for TLS. Absent: cleartext.")]
    public TlsOptions? Tls { get; init; }
}
