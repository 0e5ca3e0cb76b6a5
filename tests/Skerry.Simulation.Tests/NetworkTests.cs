using Skerry.Primitives;

namespace Skerry.Simulation.Tests;

public sealed class NetworkTests
{
    private const int Packets = 20_000;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.05)]
    [InlineData(0.5)]
    public void Packets_are_lost_at_the_rate_asked_for(double loss)
    {
        var arrivals = Send(new NetworkOptions { Loss = loss });
        Assert.InRange(arrivals.Count, Packets * (1 - loss) * 0.97, Packets * (1 - loss) * 1.03);
    }

    [Fact]
    public void Packets_are_duplicated_at_the_rate_asked_for()
    {
        var arrivals = Send(new NetworkOptions { Duplicate = 0.2 });
        Assert.InRange(arrivals.Count, Packets * 1.18, Packets * 1.22);
        Assert.Equal(Packets, arrivals.Distinct().Count());
    }

    [Fact]
    public void Held_packets_arrive_behind_later_ones_and_none_is_lost()
    {
        var arrivals = Send(new NetworkOptions { Reorder = 0.1, MeanExtraDelay = TimeSpan.Zero });
        Assert.NotEqual(arrivals.Order(), arrivals);
        Assert.Equal(Enumerable.Range(0, Packets), arrivals.Order());
    }

    [Fact]
    public void Packets_above_the_mtu_do_not_arrive()
    {
        var (world, nodes) = WorldTests.Echoes(2, seed: 1, isSilent: true);
        var port = new NodePort(world, nodes[0]);
        port.Send(1, 1, 1472);
        port.Send(1, 2, 1473);
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal([1], WorldTests.Host(nodes[1]).Order);
        Assert.Equal(1, world.Network.Totals.Oversized);
    }

    [Fact]
    public void Delays_have_the_least_and_the_mean_asked_for()
    {
        var network = new Network(new Prng(2)) { Options = new NetworkOptions { MinDelay = TimeSpan.FromMilliseconds(10), MeanExtraDelay = TimeSpan.FromMilliseconds(20) } };
        var packet = new Packet(0, 1, "x", 100);
        var total = 0.0;
        for (var i = 0; i < Packets; i++)
        {
            network.Route(packet, out var delay, out _);
            Assert.True(delay >= TimeSpan.FromMilliseconds(10));
            total += delay.TotalMilliseconds;
        }

        Assert.InRange(total / Packets, 29, 31);
    }

    [Fact]
    public void A_partition_cuts_both_ways_and_only_between_its_sides()
    {
        var network = new Network(new Prng(2));
        var partition = Partition.Around(4, 0, 1);
        network.Add(partition);
        Assert.False(network.Connects(0, 2) || network.Connects(3, 1));
        Assert.True(network.Connects(0, 1) && network.Connects(3, 2));
        Assert.True(network.Mend(partition));
        Assert.True(network.Connects(0, 2));
    }

    [Fact]
    public void A_one_way_partition_and_a_link_cut_leave_the_other_way_open()
    {
        var network = new Network(new Prng(2));
        network.Add(new Partition([true, false], blocksOut: true, blocksIn: false));
        Assert.False(network.Connects(0, 1));
        Assert.True(network.Connects(1, 0));
        network.MendAll();
        network.Add(new LinkCut(1, 0));
        Assert.True(network.Connects(0, 1));
        Assert.False(network.Connects(1, 0));
    }

    [Fact]
    public void No_packet_crosses_a_partition()
    {
        var (world, nodes) = WorldTests.Echoes(2, seed: 9);
        world.Network.Add(Partition.Around(2, 0));
        world.RunFor(TimeSpan.FromSeconds(20));

        // Nodes also draw themselves, and a packet to oneself crosses nothing.
        Assert.Equal(0, world.Network.Totals.Lost);
        Assert.True(world.Network.Totals.Cut > 50);
        Assert.Equal(world.Network.Totals.Packets - world.Network.Totals.Cut, nodes.Sum(n => WorldTests.Host(n).Received));
    }

    [Fact]
    public void An_exchange_is_answered_also_over_a_lossy_network()
    {
        var (world, nodes) = WorldTests.Echoes(2, seed: 1, isSilent: true);
        world.Network.Options = new NetworkOptions { Loss = 0.2 };
        Assert.Equal(["replied"], Exchange(world, nodes, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void An_exchange_fails_by_a_partition_even_a_one_way_one_and_goes_on_when_it_heals_in_time()
    {
        var (world, nodes) = WorldTests.Echoes(2, seed: 1, isSilent: true);
        var cut = new LinkCut(1, 0);
        world.Network.Add(cut);
        Assert.Equal(["TimedOut"], Exchange(world, nodes, TimeSpan.FromSeconds(10)));

        world.After(TimeSpan.FromSeconds(4), () => world.Network.Mend(cut));
        Assert.Equal(["TimedOut", "replied"], Exchange(world, nodes, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void An_exchange_with_a_dead_process_is_refused_and_with_a_dead_machine_times_out()
    {
        var (world, nodes) = WorldTests.Echoes(2, seed: 1, isSilent: true);
        world.Crash(nodes[1]);
        Assert.Equal(["Refused"], Exchange(world, nodes, TimeSpan.FromSeconds(10)));
        world.Start(nodes[1]);
        world.Crash(nodes[1], withMachine: true);
        Assert.Equal(["Refused", "TimedOut"], Exchange(world, nodes, TimeSpan.FromSeconds(10)));
    }

    private static List<string> Exchange(World world, SimulatedNode[] nodes, TimeSpan timeout)
    {
        new NodePort(world, nodes[0]).Open(1, "request", 2000, timeout);
        world.RunFor(timeout + TimeSpan.FromSeconds(1));
        return WorldTests.Host(nodes[0]).Outcomes;
    }

    private static List<int> Send(NetworkOptions options)
    {
        var (world, nodes) = WorldTests.Echoes(2, seed: 4, isSilent: true);
        world.Network.Options = options;
        var port = new NodePort(world, nodes[0]);
        for (var i = 0; i < Packets; i++)
        {
            port.Send(1, i, 100);
            world.RunFor(TimeSpan.FromMilliseconds(1));
        }

        world.RunFor(TimeSpan.FromSeconds(10));
        return WorldTests.Host(nodes[1]).Order;
    }
}
