using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

using Skerry.Primitives;

namespace Skerry.Proxy;

/// <summary>Services by name through SOCKS 5 (RFC 1928): the key <c>proxy.socks</c>.</summary>
public sealed record SocksOptions
{
    /// <summary>Where clients connect to; null: SOCKS is off.</summary>
    [Reloadable, Description("Where clients connect to. Absent: SOCKS is off. Port 0 takes a free one. Other than loopback only with `proxy.allowOpenListeners`.")]
    public IPEndPoint? Listen { get; init; }

    /// <summary>Name that clients must give (RFC 1929); empty: none is asked for.</summary>
    [Reloadable, StringLength(255), Description("Name that clients must give, with `password`. Absent: none is asked for.")]
    public string User { get; init; } = "";

    /// <summary>Password that clients must give; at most 255 bytes of UTF-8.</summary>
    [Reloadable, PasswordPropertyText(true), StringLength(255), Description("Password that clients must give, with `user`.")]
    public string Password { get; init; } = "";

    /// <summary>Whether <c>NODE:PORT</c> is allowed: only for ports of services registered on the node that this one sees.</summary>
    [Reloadable, Description("Whether NODE:PORT is allowed beside services: only for ports of services registered on that node, and of another group only exported ones.")]
    public bool AllowNodes { get; init; }

    /// <summary>Which instance gets the next connection.</summary>
    [Reloadable, Description("Which instance gets the next connection, or the next client's datagrams.")]
    public BalancingPolicy Policy { get; init; } = BalancingPolicy.Nearest;
}
