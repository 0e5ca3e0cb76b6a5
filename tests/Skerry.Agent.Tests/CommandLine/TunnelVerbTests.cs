using System.Text.Json.Nodes;

using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.CommandLine;

/// <summary>What the tunnel's verbs print of an agent's answers.</summary>
public sealed class TunnelVerbTests
{
    private const string Relay = "12D3KooWMUec9s4pqCysMqmYX1qbcLRdZzLChSMXTeena3SCuavh";
    private const string Orders = "12D3KooWNo5PEuBXCqGDUZ17pQHDooUAHshHDmHMDsWf4Sr6eUFp";
    private const string RelayAddress = "/ip4/192.0.2.1/tcp/20006/p2p/" + Relay;
    private const string Circuit = RelayAddress + "/p2p-circuit/p2p/" + Orders;
    private const string Tunnel = $$"""
        {"node":"till-1","peer":"12D3KooWSkaqAFcTordexjHTDeRLhxYtMbjxc1iRNrMPivk9swiW","listening":[],"announced":["{{RelayAddress}}/p2p-circuit/p2p/12D3KooWSkaqAFcTordexjHTDeRLhxYtMbjxc1iRNrMPivk9swiW"],"relay":false,"sessions":3,
         "relays":[{"node":"relay-1","zone":"cloud","preferred":true,"milliseconds":24.04,"reservedUntil":"2026-11-21T13:00:00Z","failure":null,"address":"{{RelayAddress}}","load":25},
                   {"node":"relay-9","zone":"north","preferred":false,"milliseconds":null,"reservedUntil":null,"failure":"no answer","address":null,"load":0}],
         "paths":[{"node":"relay-1","peer":"{{Relay}}","path":"direct","address":"{{RelayAddress}}","dialled":true,"security":"/noise","milliseconds":24.04,"sessions":0},
                  {"node":"orders-1","peer":"{{Orders}}","path":"relayed","address":"{{Circuit}}","dialled":false,"security":"/noise","milliseconds":51.5,"sessions":2},
                  {"node":"orders-1","peer":"{{Orders}}","path":"direct","address":"/ip4/198.51.100.7/tcp/4001/p2p/{{Orders}}","dialled":true,"security":"/noise","milliseconds":31,"sessions":1}]}
        """;

    [Fact]
    public async Task Paths_are_a_line_each_and_peers_a_line_by_their_best_one()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/skerry/tunnel", 200, Tunnel));
        Assert.Equal(
            """
            NODE      PATH     THROUGH  RTT      SESSIONS  DIALLED BY  SECURITY  ADDRESS
            orders-1  relayed  relay-1  51.5 ms  2         them        /noise    /ip4/192.0.2.1/tcp/20006
            orders-1  direct   -        31.0 ms  1         us          /noise    /ip4/198.51.100.7/tcp/4001
            relay-1   direct   -        24.0 ms  0         us          /noise    /ip4/192.0.2.1/tcp/20006

            """,
            (await CommandLineRun.OfAsync("tunnel", "paths", "--address", api.Address)).Output);
        Assert.Equal(
            """
            NODE      PATH    THROUGH  RTT      SESSIONS  DIALLED BY  SECURITY  ADDRESS
            orders-1  direct  -        31.0 ms  1         us          /noise    /ip4/198.51.100.7/tcp/4001
            relay-1   direct  -        24.0 ms  0         us          /noise    /ip4/192.0.2.1/tcp/20006

            """,
            (await CommandLineRun.OfAsync("tunnel", "peers", "--address", api.Address)).Output);
        var whole = JsonNode.Parse((await CommandLineRun.OfAsync("tunnel", "paths", "--json", "--address", api.Address)).Output)!;
        Assert.Equal(Circuit, (string?)whole["paths"]![1]!["address"]);
    }

    [Fact]
    public async Task A_forward_to_a_service_that_nobody_offers_says_so()
    {
        const string Forward = """{"id":"1","service":"orders","group":"works","network":"tcp","policy":"nearest","address":"127.0.0.1:5432","configured":false,"open":0,"opened":0,"failed":0,"instances":0}""";
        await using var api = await FakeApi.StartAsync(("PUT /v1/skerry/forwards?hold", 200, Forward));
        Assert.Equal(
            "orders@works is at 127.0.0.1:5432 (tcp) until Ctrl+C. Note: no healthy instance of orders@works is known now; until there is one, whoever connects gets nothing.\n",
            (await CommandLineRun.OfAsync("forward", "orders@works", "--address", api.Address)).Output);
    }

    [Fact]
    public async Task The_status_says_where_the_node_is_reached_and_the_relays_how_they_are()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/skerry/tunnel", 200, Tunnel));
        Assert.Equal(
            """
            Node       till-1
            Peer id    12D3KooWSkaqAFcTordexjHTDeRLhxYtMbjxc1iRNrMPivk9swiW
            Listens    nowhere: it takes no connections in
            Announced  through /ip4/192.0.2.1/tcp/20006
            Relay      no
            Held at    relay-1 (24.0 ms)
            Paths      2 direct, 1 relayed
            Sessions   3

            """,
            (await CommandLineRun.OfAsync("tunnel", "status", "--address", api.Address)).Output);
        Assert.Equal(
            """
            NODE     ZONE   RTT      LOAD  HELD  NAMED  STATE
            relay-1  cloud  24.0 ms  25 %  yes   yes    well
            relay-9  north  -        0 %   no    no     no answer

            """,
            (await CommandLineRun.OfAsync("relay", "list", "--address", api.Address)).Output);
    }

    [Fact]
    public async Task Why_tells_the_way_in_use_and_what_was_tried()
    {
        await using var api = await FakeApi.StartAsync(
            ("GET /v1/skerry/tunnel/why/orders-1", 200, $$"""
                {"node":"orders-1","peer":"{{Orders}}","addresses":["{{Circuit}}"],
                 "path":{"node":"orders-1","peer":"{{Orders}}","path":"relayed","address":"{{Circuit}}","dialled":true,"security":"/noise","milliseconds":51.5,"sessions":2},
                 "attempts":[{"address":"{{Circuit}}","at":"2026-11-21T12:00:01Z","milliseconds":60,"failure":null},
                             {"address":"/ip4/10.0.0.9/tcp/20006/p2p/{{Orders}}","at":"2026-11-21T12:00:00Z","milliseconds":2,"failure":"/ip4/10.0.0.9/tcp/20006 does not take the call: Connection refused."}]}
                """),
            ("GET /v1/skerry/tunnel/why/nobody", 200, $$"""{"node":"nobody","peer":"{{Relay}}","path":null,"addresses":[],"attempts":[]}"""),
            // By credentials nobody knows the peer id of a node that was not met.
            ("GET /v1/skerry/tunnel/why/unmet", 200, """{"node":"unmet","peer":"","path":null,"addresses":["/ip4/192.0.2.9/tcp/20006"],"attempts":[]}"""));
        var known = (await CommandLineRun.OfAsync("why", "orders-1", "--address", api.Address)).Output;
        Assert.StartsWith("orders-1 is connected, relayed, through /ip4/192.0.2.1/tcp/20006 (51.5 ms; sessions: 2).\n", known, StringComparison.Ordinal);
        Assert.Contains("       60 ms  through /ip4/192.0.2.1/tcp/20006: reached\n", known, StringComparison.Ordinal);
        Assert.Contains("        2 ms  /ip4/10.0.0.9/tcp/20006: does not take the call: Connection refused.\n", known, StringComparison.Ordinal);
        Assert.Contains("Its peer id is " + Orders, known, StringComparison.Ordinal);
        Assert.DoesNotContain("peer id", (await CommandLineRun.OfAsync("why", "unmet", "--address", api.Address)).Output, StringComparison.Ordinal);
        Assert.Contains("Is the name right?", (await CommandLineRun.OfAsync("why", "nobody", "--address", api.Address)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ping_says_how_long_and_by_which_path()
    {
        await using var api = await FakeApi.StartAsync(("GET /v1/skerry/tunnel/ping/orders-1", 200, $$"""{"node":"orders-1","milliseconds":51.456,"path":"relayed","address":"{{Circuit}}"}"""));
        Assert.Equal("orders-1: 51.46 ms, relayed through /ip4/192.0.2.1/tcp/20006\n", (await CommandLineRun.OfAsync("ping", "orders-1", "-c", "1", "--address", api.Address)).Output);
    }

    [Fact]
    public async Task A_relay_is_added_with_its_addresses_in_full_and_a_wrong_one_is_refused_before_the_agent_is_asked()
    {
        await using var api = await FakeApi.StartAsync(("PUT /v1/skerry/relays/r1", 200, "true"));
        await CommandLineRun.OfAsync("relay", "add", "r1", "192.0.2.1", "gate.example:4001", "--address", api.Address);
        Assert.Equal("""{"Addresses":["/ip4/192.0.2.1/tcp/20006","/dns/gate.example/tcp/4001"]}""", Assert.Single(api.Requests).Body);
        var refused = await CommandLineRun.OfAsync("relay", "add", "r1", "1.2", "--address", api.Address);
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains("'1.2' is no address of the tunnel", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("Run 'skerry relay add --help'", refused.Errors, StringComparison.Ordinal);
        refused = await CommandLineRun.OfAsync("relay", "add", "no name", "--address", api.Address);
        Assert.Contains("'no name' is no node's name", refused.Errors, StringComparison.Ordinal);
        Assert.Single(api.Requests);
    }
}
