using Skerry.Lab.Fabric;
using Skerry.Lab.Peers;

namespace Skerry.Lab.Scenarios;

/// <summary>
/// Every kind of site calls every other through a relay, and both try to get through their NATs. Whether they do depends on the kinds; that they reach each
/// other does not.
/// </summary>
public sealed class NatMatrixTests
{
    private const int Bytes = 64 << 10;

    /// <summary>From "both dial" to "nothing came": attempts with a pause between them, on a machine with other work.</summary>
    private const double PatienceSeconds = 20;

    private static readonly string[] Kinds = ["public", "endpoint-independent", "address-restricted", "port-restricted", "symmetric", "behind two NATs"];

    [Fact]
    public async Task Every_pair_of_sites_is_connected_and_all_get_through_whose_nats_allow_it()
    {
        await using var lab = await Testbed.StartAsync(new LabMap([
            new SitePlan("relay", "world", NatKind.None, "relay"),
            new SitePlan("carrier", "world", NatKind.PortRestricted),
            new SitePlan("home", "world", NatKind.PortRestricted, "twin", "other"),
            .. Sites("left"),
            .. Sites("right"),
        ])
        {
            Delays = [("world", "world", TimeSpan.FromMilliseconds(15))],
        });
        var peers = new Dictionary<string, PeerProcess>();
        try
        {
            foreach (var started in await Task.WhenAll(lab.Hosts.Select(async host => (host.Name, Peer: await PeerProcess.StartAsync(host, host.Name == "relay")))))
                peers.Add(started.Name, started.Peer);
            await Task.WhenAll(peers.Where(peer => peer.Key != "relay").Select(peer => peer.Value.ReserveAsync(peers["relay"])));
            for (var shift = 0; shift < Kinds.Length; shift++)
                await Task.WhenAll(Enumerable.Range(0, Kinds.Length).Select(left => MeetAsync(peers, left, (left + shift) % Kinds.Length)));
            await MeetAsync(peers, "twin", "other", "two hosts behind one NAT", isDirect: true);
        }
        finally
        {
            foreach (var peer in peers.Values) await peer.DisposeAsync();
        }
    }

    private static Task MeetAsync(Dictionary<string, PeerProcess> peers, int left, int right) =>
        MeetAsync(peers, $"left{left}", $"right{right}", $"{Kinds[left],-20} -> {Kinds[right],-20}", CanPunch(left, right));

    private static async Task MeetAsync(Dictionary<string, PeerProcess> peers, string left, string right, string label, bool isDirect)
    {
        var (caller, called) = (peers[left], peers[right]);
        var relayed = await caller.ConnectAsync($"{peers["relay"].Address}/p2p-circuit/p2p/{called.Peer}");
        var direct = await caller.UntilDirectAsync(called, isDirect ? PatienceSeconds : 2);
        var echo = await caller.EchoAsync(called, Bytes);
        var path = direct.Error is null ? $"direct after {relayed.Milliseconds + direct.Milliseconds,5:0} ms" : "stays relayed        ";
        Report.Add($"NAT matrix: {label,-44}", $"relayed after {relayed.Milliseconds,4:0} ms, {path}, 64 KiB and back in {echo.Milliseconds:0} ms");
        Assert.True(direct.Error is null || !isDirect, $"{label}: no hole was punched, though their NATs allow one.");
    }

    /// <summary>
    /// A symmetric NAT gives every call a port that the other side cannot know: it gets through to who filters no ports, and to nobody else. Both sites behind
    /// two NATs have the same outer one, which turns no call back inside.
    /// </summary>
    private static bool CanPunch(int left, int right)
    {
        var pair = (Kinds[left], Kinds[right]);
        if (pair is ("behind two NATs", "behind two NATs")) return false;
        return pair is not (("symmetric", "symmetric" or "port-restricted" or "behind two NATs") or ("port-restricted" or "behind two NATs", "symmetric"));
    }

    private static IEnumerable<SitePlan> Sites(string side) =>
    [
        new($"{side} public", "world", NatKind.None, side + "0"),
        new($"{side} endpoint-independent", "world", NatKind.EndpointIndependent, side + "1"),
        new($"{side} address-restricted", "world", NatKind.AddressRestricted, side + "2"),
        new($"{side} port-restricted", "world", NatKind.PortRestricted, side + "3"),
        new($"{side} symmetric", "world", NatKind.Symmetric, side + "4"),
        new($"{side} behind two", "world", NatKind.EndpointIndependent, side + "5") { Behind = "carrier" },
    ];
}
