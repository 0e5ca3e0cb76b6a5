using System.Collections.Immutable;
using System.ComponentModel;
using System.Net;

using Skerry.Primitives;

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

    /// <summary>Proxies in front of the gateway whose word about the client counts; of anybody else what they say of others is dropped.</summary>
    [Reloadable, Description("Networks of proxies in front, whose X-Forwarded-For, -Proto, -Host and Forwarded are believed and added to. Of anybody else they are dropped.")]
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];
}
