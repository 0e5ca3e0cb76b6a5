using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using Skerry.Api.Acl;
using Skerry.Api.Http;
using Skerry.Libp2p;
using Skerry.Tunnel;

namespace Skerry.Api.SkerryApi;

/// <summary>The tunnel: how nodes are reached, and through which relays.</summary>
internal static class TunnelEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/skerry/tunnel", "The tunnel of this node: addresses, relays, paths", call => call.JsonAsync(Shape(TunnelOf(call, AclAccess.Read).Status))),
        new("GET", "/v1/skerry/tunnel/why/{node}", "How a node would be reached now, what was tried and what failed", WhyAsync),
        new("GET", "/v1/skerry/tunnel/ping/{node}", "Reach a node and measure a round trip", PingAsync),
        new("PUT", "/v1/skerry/relays/{node}", "Prefer a relay, until the agent ends or the relays in its file change; naming this node makes it one, reached at the addresses besides", AddAsync),
        new("DELETE", "/v1/skerry/relays/{node}", "Prefer a relay no more, until the agent ends or the relays in its file change; naming this node makes it cease to be one", RemoveAsync),
    ];

    private static TunnelNode TunnelOf(ApiCall call, AclAccess access)
    {
        call.RequireAgent(access);
        return call.Agent.Tunnel
            ?? throw new ApiException(StatusCodes.Status409Conflict, "This node runs no tunnel: that needs a mesh key (key or keyFile) or a credential (credentialFile), and edgeTunnel.enable.");
    }

    private static Task WhyAsync(ApiCall call)
    {
        var (tunnel, node) = (TunnelOf(call, AclAccess.Read), call.Path("node"));
        if (node == tunnel.Routes.Node) throw new ApiException(StatusCodes.Status400BadRequest, $"{node} is this node itself.");
        return call.JsonAsync(Shape(tunnel.Why(node)));
    }

    private static async Task PingAsync(ApiCall call)
    {
        try
        {
            var (took, path) = await TunnelOf(call, AclAccess.Read).PingAsync(call.Path("node"), call.Aborted);
            await call.JsonAsync(new JsonObject { ["node"] = call.Path("node"), ["milliseconds"] = took.TotalMilliseconds, ["path"] = NameOf(path.Kind), ["address"] = path.Address.ToString() });
        }
        catch (TunnelException failed)
        {
            var isKnown = TunnelOf(call, AclAccess.Read).Why(call.Path("node")) is { Addresses.Count: > 0 } or { Path: not null };
            throw new ApiException(isKnown ? StatusCodes.Status502BadGateway : StatusCodes.Status404NotFound, failed.Message);
        }
    }

    private static async Task AddAsync(ApiCall call)
    {
        var tunnel = TunnelOf(call, AclAccess.Write);
        var addresses = new List<Multiaddr>();
        foreach (var text in (await call.ReadBodyAsync()).Texts("addresses"))
        {
            if (!Multiaddr.TryParse(text, out var address)) throw new ApiException(StatusCodes.Status400BadRequest, $"addresses: '{text}' is no multiaddr, as /ip4/192.0.2.1/tcp/20006 would be");
            addresses.Add(address);
        }

        if (call.Path("node") == tunnel.Routes.Node && tunnel.Status.Listening.Count == 0)
            throw new ApiException(StatusCodes.Status409Conflict, "This node takes no connections in (edgeTunnel.mode is clientOnly): it can be no relay.");
        tunnel.AddRelay(new RelayNode(call.Path("node"), addresses));
        await call.JsonAsync(JsonValue.Create(true));
    }

    private static Task RemoveAsync(ApiCall call) => TunnelOf(call, AclAccess.Write).RemoveRelay(call.Path("node"))
        ? call.JsonAsync(JsonValue.Create(true))
        : throw new ApiException(StatusCodes.Status404NotFound, $"'{call.Path("node")}' is not among the relays that are preferred.");

    private static JsonObject Shape(TunnelStatus status) => new()
    {
        ["node"] = status.Node,
        ["peer"] = status.Peer.ToString(),
        ["listening"] = Texts(status.Listening),
        ["announced"] = Texts(status.Announced),
        ["relay"] = status.IsRelay,
        ["sessions"] = status.Sessions,
        ["relays"] = new JsonArray([.. status.Relays.Select(Shape)]),
        ["paths"] = new JsonArray([.. status.Paths.Select(Shape)]),
    };

    private static JsonObject Shape(RelayStatus relay) => new()
    {
        ["node"] = relay.Node,
        ["zone"] = relay.Zone,
        ["preferred"] = relay.IsPreferred,
        ["milliseconds"] = relay.RoundTrip?.TotalMilliseconds,
        ["reservedUntil"] = relay.Reservation,
        ["load"] = relay.Load,
        ["failure"] = relay.Failure,
        ["address"] = relay.Address?.ToString(),
    };

    private static JsonObject Shape(PathStatus path) => new()
    {
        ["node"] = path.Node,
        ["peer"] = path.Peer.ToString(),
        ["path"] = NameOf(path.Kind),
        ["address"] = path.Address.ToString(),
        ["dialled"] = path.IsDialler,
        ["security"] = path.Security,
        ["milliseconds"] = path.RoundTrip.TotalMilliseconds,
        ["sessions"] = path.Sessions,
    };

    private static JsonObject Shape(ReachReport report) => new()
    {
        ["node"] = report.Node,
        ["peer"] = report.Peer.ToString(),
        ["path"] = report.Path is { } path ? Shape(path) : null,
        ["addresses"] = Texts(report.Addresses),
        ["attempts"] = new JsonArray([.. report.Attempts.Select(attempt => new JsonObject
        {
            ["address"] = attempt.Address.ToString(),
            ["at"] = attempt.At,
            ["milliseconds"] = attempt.Took.TotalMilliseconds,
            ["failure"] = attempt.Failure,
        })]),
    };

    private static JsonArray Texts(IEnumerable<Multiaddr> addresses) => new([.. addresses.Select(address => JsonValue.Create(address.ToString()))]);

    private static string NameOf(PathKind kind) => kind switch
    {
        PathKind.Direct => "direct",
        PathKind.Relayed => "relayed",
        _ => "none",
    };
}
