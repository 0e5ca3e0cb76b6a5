using Skerry.Libp2p;
using Skerry.Tunnel.Core.Dial;

namespace Skerry.Tunnel.Tests.Core;

/// <summary>In which order, and how soon, the addresses of a node are tried.</summary>
public sealed class DialPlanTests
{
    private static readonly Multiaddr[] Direct = [Multiaddr.Parse("/ip4/192.0.2.1/tcp/1"), Multiaddr.Parse("/ip4/192.0.2.2/tcp/2")];
    private static readonly Multiaddr[] Circuits = [Circuit(3), Circuit(4)];

    [Fact]
    public void Direct_addresses_have_a_head_start_and_relays_follow_the_cheapest_first()
    {
        var steps = DialPlan.Of([.. Circuits, .. Direct], address => address == Circuits[0] ? 80 : 20);
        Assert.Equal(
            [
                new DialStep(Direct[0], TimeSpan.Zero), new DialStep(Direct[1], DialPlan.Stagger),
                new DialStep(Circuits[1], DialPlan.HeadStart), new DialStep(Circuits[0], DialPlan.HeadStart + DialPlan.Stagger),
            ],
            steps);
    }

    [Fact]
    public void Without_a_direct_address_nobody_waits() => Assert.Equal(TimeSpan.Zero, DialPlan.Of(Circuits, _ => 1)[0].After);

    [Fact]
    public void An_address_named_twice_is_tried_once() => Assert.Single(DialPlan.Of([Direct[0], Direct[0]], _ => 1));

    [Fact]
    public void A_node_that_names_a_thousand_addresses_has_some_of_each_kind_tried()
    {
        var many = Enumerable.Range(1, 500).SelectMany(i => (Multiaddr[])[Multiaddr.Parse($"/ip4/192.0.2.1/tcp/{i}"), Circuit(i)]);
        var steps = DialPlan.Of(many, _ => 1);
        Assert.Equal((DialPlan.MaxSteps, DialPlan.MaxSteps / 2), (steps.Count, steps.Count(step => step.Address.IsCircuit)));
    }

    private static Multiaddr Circuit(int port) => Multiaddr.Parse($"/ip4/198.51.100.1/tcp/{port}").With(Multiaddr.Parse("/p2p-circuit"));
}
