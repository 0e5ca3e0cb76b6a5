using System.Net;

namespace Skerry.Api.Etcd;

/// <summary>How the etcd API runs.</summary>
public sealed record EtcdOptions
{
    /// <summary>The version of etcd whose API is answered. Clients decide by it what they may ask for: from 3.5.13 on, progress of watches.</summary>
    public const string ApiVersion = "3.5.21";

    /// <summary>Where it listens. Port 0 takes a free one.</summary>
    public IPEndPoint Address { get; init; } = new(IPAddress.Loopback, 2379);
}
