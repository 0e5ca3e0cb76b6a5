using Skerry.Lab.Fabric;
using Skerry.Lab.Peers;

namespace Skerry.Lab.Scenarios;

/// <summary>Peers that find each other in their LAN, with no address configured.</summary>
public sealed class LanTests
{
    private const double Patience = 30;

    [Fact]
    public async Task A_machine_is_found_in_its_lan_and_in_the_one_it_moves_to()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("shop", "east", NatKind.Symmetric, "till", "scales", "phone"),
            new SitePlan("works", "west", NatKind.Symmetric, "press")));
        await using var till = await PeerProcess.StartAsync(lab["till"], isInLan: true);
        await using var press = await PeerProcess.StartAsync(lab["press"], isInLan: true);
        await using var scales = await PeerProcess.StartAsync(lab["scales"], isInLan: true);
        await using var phone = await PeerProcess.StartAsync(lab["phone"], isInLan: true);

        var found = await till.UntilFoundAsync(scales, Patience);
        await scales.UntilFoundAsync(till, Patience);
        await phone.UntilFoundAsync(till, Patience);
        await till.ConnectAsync(scales.Address);

        await lab["phone"].MoveAsync(lab.Site("works"));
        var moved = await press.UntilFoundAsync(phone, Patience);
        await phone.UntilFoundAsync(press, Patience);
        await press.ConnectAsync(phone.Address);
        Report.Add("found in the LAN", $"{found.Milliseconds:0} ms after it had started, {moved.Milliseconds:0} ms after it had moved to another");
    }
}
