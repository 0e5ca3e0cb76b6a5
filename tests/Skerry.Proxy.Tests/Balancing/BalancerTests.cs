using System.Net;

using Skerry.Proxy.Balancing;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Tests.Balancing;

/// <summary>Who gets the next connection.</summary>
public sealed class BalancerTests
{
    private readonly InstanceLoads _loads = new(TimeProvider.System);

    [Fact]
    public void Nearest_prefers_this_node_then_those_about_as_near_then_those_at_an_unknown_distance()
    {
        var balancer = Balancers.For(BalancingPolicy.Nearest);
        Candidate[] all = [At("a", 30), At("b", 10), At("c", 11), At("own", 0), At("x", null)];
        Assert.Equal(["own"], ChosenOf(balancer, all, 20));
        Assert.Equal(["b", "c"], ChosenOf(balancer, [.. all.Where(instance => instance.Key.Node != "own")], 20));
        Assert.Equal(["x"], ChosenOf(balancer, [At("x", null)], 3));
        Assert.Equal(["x", "y"], ChosenOf(balancer, [At("x", null), At("y", null)], 4));
    }

    [Fact]
    public void Least_connections_fills_each_by_its_weight()
    {
        var balancer = Balancers.For(BalancingPolicy.LeastConnections);
        Candidate[] all = [At("a", weight: 1), At("b", weight: 3)];
        for (var i = 0; i < 40; i++) _loads.Begin(balancer.Choose(all, _loads, null).Key);
        Assert.Equal((10, 30), (_loads.Of(all[0].Key), _loads.Of(all[1].Key)));
    }

    [Fact]
    public void Round_robin_takes_each_in_turn_as_often_as_its_weight_says_and_never_the_heavy_one_in_a_row()
    {
        var balancer = Balancers.For(BalancingPolicy.RoundRobin);
        Candidate[] all = [At("a", weight: 5), At("b"), At("c")];
        var turns = Enumerable.Range(0, 14).Select(_ => balancer.Choose(all, _loads, null).Key.Node).ToArray();
        Assert.Equal("aabacaa", string.Concat(turns[..7]));
        Assert.Equal(turns[..7], turns[7..]);
    }

    [Fact]
    public void A_clients_address_leads_to_the_same_instance_whatever_its_port_and_the_order_of_instances()
    {
        var balancer = Balancers.For(BalancingPolicy.ClientAddress);
        Candidate[] all = [.. Enumerable.Range(0, 10).Select(i => At($"n{i}"))];
        foreach (var client in Clients(200))
        {
            var chosen = balancer.Choose(all, _loads, client);
            Assert.Equal(chosen, balancer.Choose(all, _loads, client));
            Assert.Equal(chosen, balancer.Choose([.. all.Reverse()], _loads, client.MapToIPv6()));
        }
    }

    [Fact]
    public void An_instance_that_goes_moves_nobody_but_its_own_clients()
    {
        var balancer = Balancers.For(BalancingPolicy.ClientAddress);
        Candidate[] all = [.. Enumerable.Range(0, 10).Select(i => At($"n{i}"))];
        foreach (var client in Clients(500))
        {
            var before = balancer.Choose(all, _loads, client);
            var after = balancer.Choose(all[1..], _loads, client);
            if (before != all[0]) Assert.Equal(before, after);
        }
    }

    [Fact]
    public void Clients_spread_by_weight()
    {
        var balancer = Balancers.For(BalancingPolicy.ClientAddress);
        Candidate[] all = [At("a", weight: 1), At("b", weight: 2), At("c", weight: 1)];
        var shares = Clients(4000).CountBy(client => balancer.Choose(all, _loads, client).Key.Node).ToDictionary();
        Assert.InRange(shares["b"], 1850, 2150);
        Assert.InRange(shares["a"], 850, 1150);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void No_instance_carries_more_than_a_quarter_over_its_share_even_when_all_clients_are_one(int instances)
    {
        var balancer = Balancers.For(BalancingPolicy.ClientAddress);
        Candidate[] all = [.. Enumerable.Range(0, instances).Select(i => At($"n{i}"))];
        var client = IPAddress.Parse("192.0.2.1");
        for (var i = 1; i <= 300; i++)
        {
            _loads.Begin(balancer.Choose(all, _loads, client).Key);
            Assert.All(all, instance => Assert.True(_loads.Of(instance.Key) <= Math.Ceiling(1.25 * i / instances)));
        }
    }

    private SortedSet<string> ChosenOf(IBalancer balancer, Candidate[] instances, int times) =>
        new(Enumerable.Range(0, times).Select(_ => balancer.Choose(instances, _loads, null).Key.Node), StringComparer.Ordinal);

    private static IEnumerable<IPAddress> Clients(int count) => Enumerable.Range(0, count).Select(i => new IPAddress([10, 1, (byte)(i >> 8), (byte)i]));

    private static Candidate At(string node, int? milliseconds = null, int weight = 1) =>
        new(new InstanceKey(node, "web"), "web", "127.0.0.1", 80, weight, IsFar: false, milliseconds is { } known ? TimeSpan.FromMilliseconds(known) : null);
}
