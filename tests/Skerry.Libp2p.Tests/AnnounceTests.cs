namespace Skerry.Libp2p.Tests;

/// <summary>Where a host says that it is reached, changed while it runs.</summary>
public sealed class AnnounceTests
{
    private static readonly Multiaddr Forwarded = Multiaddr.Parse("/ip4/192.0.2.1/tcp/4001");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Peers_are_told_of_an_address_that_is_announced_after_they_met_and_of_its_end()
    {
        await using var host = await TestHosts.StartAsync();
        await using var peer = await TestHosts.StartAsync();
        var id = await peer.ConnectAsync(host.Addresses[0], Cancel);
        Assert.DoesNotContain(Forwarded, (await peer.GetInfoAsync(id, Cancel)).Addresses);
        host.SetAnnounced([Forwarded]);
        Assert.Contains(Forwarded.WithPeer(id), host.Addresses);
        await UntilToldAsync(isTold: true);
        host.SetAnnounced([]);
        await UntilToldAsync(isTold: false);

        Task UntilToldAsync(bool isTold) => TestHosts.UntilAsync(
            isTold ? "the new address at the peer" : "the end of the address at the peer", () => peer.GetInfoAsync(id, Cancel) is { IsCompletedSuccessfully: true, Result: var info } && info.Addresses.Contains(Forwarded) == isTold);
    }
}
