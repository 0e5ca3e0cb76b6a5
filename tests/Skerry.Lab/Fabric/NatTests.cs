using System.Net;
using System.Net.Sockets;

using Skerry.Lab.Fabric.Probes;

namespace Skerry.Lab.Fabric;

/// <summary>Each NAT does what its kind says, seen with plain TCP: which outside port a host gets, and who may use it.</summary>
public sealed class NatTests
{
    private const int Port = 4001;

    [Theory]
    [InlineData(NatKind.EndpointIndependent, true, true, true)]
    [InlineData(NatKind.AddressRestricted, true, true, false)]
    [InlineData(NatKind.PortRestricted, true, false, false)]
    [InlineData(NatKind.Symmetric, false, false, false)]
    internal async Task A_nat_maps_and_filters_as_its_kind_says(NatKind kind, bool mapsAlike, bool admitsOtherPorts, bool admitsStrangers)
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("home", "world", kind, "laptop"),
            new SitePlan("first", "world", NatKind.None, "one"),
            new SitePlan("second", "world", NatKind.None, "two"),
            new SitePlan("third", "world", NatKind.None, "stranger")));
        var (laptop, one, two, stranger) = (lab["laptop"], lab["one"], lab["two"], lab["stranger"]);
        using var inside = Tcp.Listen(laptop, Port);
        using var atOne = Tcp.Listen(one, Port);
        using var atTwo = Tcp.Listen(two, Port);

        var seenByOne = await SeenAsync(laptop, atOne, one);
        var seenByTwo = await SeenAsync(laptop, atTwo, two);
        Assert.Equal(laptop.Site.Outside, seenByOne.Address);
        Assert.NotEqual(Port, seenByOne.Port);
        Assert.Equal(mapsAlike, seenByOne.Equals(seenByTwo));

        var answers = await Task.WhenAll(Tcp.AnswersAsync(one, Port + 1, seenByOne, admitsOtherPorts), Tcp.AnswersAsync(stranger, Port, seenByOne, admitsStrangers));
        Assert.Equal([admitsOtherPorts, admitsStrangers], answers);
    }

    [Theory]
    [InlineData(NatKind.EndpointIndependent)]
    [InlineData(NatKind.AddressRestricted)]
    [InlineData(NatKind.PortRestricted)]
    internal async Task Calls_that_cross_each_other_open_both_filters(NatKind kind)
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("here", "world", kind, "left"),
            new SitePlan("there", "world", NatKind.PortRestricted, "right"),
            new SitePlan("street", "world", NatKind.None, "observer"))
        {
            Delays = [("world", "world", TimeSpan.FromMilliseconds(10))],
        });
        using var street = Tcp.Listen(lab["observer"], Port);
        var left = await SeenAsync(lab["left"], street, lab["observer"]);
        var right = await SeenAsync(lab["right"], street, lab["observer"]);
        var calls = await Task.WhenAll(Tcp.CallAsync(lab["left"], Port, right), Tcp.CallAsync(lab["right"], Port, left));
        await calls[0].SendAsync(new byte[] { 42 });
        var received = new byte[1];
        Assert.Equal(1, await calls[1].ReceiveAsync(received));
        Assert.Equal(42, received[0]);
        foreach (var call in calls) call.Dispose();
    }

    [Fact]
    public async Task Two_hosts_behind_one_nat_have_outside_ports_of_their_own_and_reach_each_other_inside()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("home", "world", NatKind.PortRestricted, "laptop", "phone"),
            new SitePlan("street", "world", NatKind.None, "observer")));
        using var street = Tcp.Listen(lab["observer"], Port);
        var laptop = await SeenAsync(lab["laptop"], street, lab["observer"]);
        var phone = await SeenAsync(lab["phone"], street, lab["observer"]);
        Assert.Equal(laptop.Address, phone.Address);
        Assert.NotEqual(laptop.Port, phone.Port);

        using var inside = Tcp.Listen(lab["phone"], Port);
        Assert.True(await Tcp.AnswersAsync(lab["laptop"], Port, new IPEndPoint(lab["phone"].Address, Port), isExpected: true));
    }

    [Fact]
    public async Task Behind_two_nats_a_host_is_seen_under_the_outer_ones_address()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("carrier", "world", NatKind.PortRestricted),
            new SitePlan("home", "world", NatKind.EndpointIndependent, "laptop") { Behind = "carrier" },
            new SitePlan("street", "world", NatKind.None, "observer")));
        using var street = Tcp.Listen(lab["observer"], Port);
        using var inside = Tcp.Listen(lab["laptop"], Port);
        var seen = await SeenAsync(lab["laptop"], street, lab["observer"]);
        Assert.Equal(lab.Site("carrier").Outside, seen.Address);
        Assert.False(await Tcp.AnswersAsync(lab["observer"], Port + 1, seen));
    }

    /// <summary>The end point under which a call from inside arrives outside. The call stays: its mapping holds for as long.</summary>
    private static async Task<IPEndPoint> SeenAsync(LabHost from, Socket listener, LabHost to)
    {
        var call = Tcp.CallAsync(from, Port, new IPEndPoint(to.Address, Port));
        var taken = await Tcp.AcceptAsync(listener);
        await call;
        return (IPEndPoint)taken.RemoteEndPoint!;
    }
}
