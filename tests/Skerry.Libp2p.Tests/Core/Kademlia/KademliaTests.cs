using Skerry.Libp2p.Core.Kademlia;
using Skerry.Primitives;

namespace Skerry.Libp2p.Tests.Core.Kademlia;

/// <summary>Whole DHTs under a clock moved by hand.</summary>
public sealed class KademliaTests
{
    private static readonly DhtKey Key = DhtKey.OfRendezvous("here");

    [Fact]
    public void Who_knows_one_node_finds_all_of_a_small_dht()
    {
        var world = new KademliaWorld(1, new DhtOptions());
        var nodes = Join(world, 15);
        foreach (var node in nodes) Assert.Equal(14, world[node].Nodes);
    }

    [Theory]
    [InlineData(2, 0.0)]
    [InlineData(3, 0.05)]
    [Trait("Speed", "Slow")]
    public void In_a_dht_of_hundreds_every_provider_and_every_node_is_found_from_anywhere(ulong seed, double loss)
    {
        var world = new KademliaWorld(seed, new DhtOptions()) { Loss = loss };
        var nodes = Join(world, 400);
        var random = new Prng(seed);
        for (var round = 0; round < 40; round++)
        {
            var key = DhtKey.OfRendezvous($"key {round}");
            var (provider, seeker) = (nodes[random.Next(nodes.Count)], nodes[random.Next(nodes.Count)]);
            Assert.InRange(world.Provide(provider, key), 12, 20);
            Assert.Equal([provider], world.FindProviders(seeker, key, limit: 1).Found.Select(found => found.Peer));
            var wanted = nodes[random.Next(nodes.Count)];
            if (wanted != seeker) Assert.Equal([wanted], world.FindPeer(seeker, wanted).Found.Select(found => found.Peer));
        }
    }

    [Fact]
    public void A_search_reaches_the_nodes_that_are_closest_of_all()
    {
        var world = new KademliaWorld(4, new DhtOptions());
        var nodes = Join(world, 400);
        var place = KadKey.Of(Key.Bytes);
        var closest = nodes.OrderBy(node => KadKey.Of(node.Bytes).DistanceTo(place)).Take(20).ToHashSet();
        var provider = nodes.First(node => !closest.Contains(node));
        world.Provide(provider, Key);
        Assert.InRange(closest.Count(node => world[node].Records == 1), 18, 20);
    }

    [Fact]
    public void The_same_seed_gives_the_same_messages()
    {
        static (long, string) Run()
        {
            var world = new KademliaWorld(5, new DhtOptions()) { Loss = 0.1 };
            var nodes = Join(world, 60);
            world.Provide(nodes[7], Key);
            return (world.Messages, string.Join(",", nodes.Select(node => world[node].Nodes)));
        }

        Assert.Equal(Run(), Run());
    }

    [Fact]
    public void Clients_find_and_provide_but_stand_in_no_routing_table()
    {
        var world = new KademliaWorld(6, new DhtOptions());
        var nodes = Join(world, 30);
        var (one, other) = (world.Start(DhtMode.Client), world.Start(DhtMode.Client));
        world.Connect(one, nodes[3]);
        world.Connect(other, nodes[9]);
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(20, world.Provide(one, Key));
        Assert.Equal([one], world.FindProviders(other, Key).Found.Select(found => found.Peer));
        Assert.Equal([one], world.FindPeer(other, one).Found.Select(found => found.Peer));
        Assert.All(nodes, node => Assert.InRange(world[node].Nodes, 1, 29));
        Assert.InRange(world[one].Nodes, 25, 30);
    }

    [Fact]
    public void Half_of_all_nodes_may_fall_silent_and_what_was_provided_is_found_still()
    {
        var world = new KademliaWorld(7, new DhtOptions());
        var nodes = Join(world, 100);
        world.Provide(nodes[0], Key);
        for (var i = 1; i < 100; i += 2) world.Silence(nodes[i]);
        Assert.Equal([nodes[0]], world.FindProviders(nodes[42], Key).Found.Select(found => found.Peer));
        // Who was silent is named no more once it has been asked in vain, and the next search does not wait for it.
        world.Run(TimeSpan.FromMinutes(20));
        Assert.InRange(world[nodes[42]].Nodes, 20, 49);
    }

    [Fact]
    public void A_site_that_was_cut_off_for_hours_is_back_by_itself()
    {
        var world = new KademliaWorld(8, new DhtOptions());
        var nodes = Join(world, 30);
        world.Provide(nodes[4], Key);
        world.Silence(nodes[4]);
        world.Run(TimeSpan.FromHours(3));
        Assert.Equal(0, world[nodes[4]].Nodes);
        world.Wake(nodes[4]);
        world.Run(TimeSpan.FromMinutes(30));
        Assert.InRange(world[nodes[4]].Nodes, 25, 29);
        Assert.Equal([nodes[4]], world.FindProviders(nodes[20], Key).Found.Select(found => found.Peer));
    }

    [Fact]
    public void What_is_provided_is_said_again_and_what_is_not_runs_out()
    {
        var options = new DhtOptions { RefreshInterval = TimeSpan.FromHours(1), ProviderExpiry = TimeSpan.FromHours(2), RepublishInterval = TimeSpan.FromMinutes(50) };
        var world = new KademliaWorld(9, options);
        var nodes = Join(world, 40);
        world.Provide(nodes[0], Key);
        world.Run(TimeSpan.FromHours(5));
        Assert.Equal([nodes[0]], world.FindProviders(nodes[30], Key).Found.Select(found => found.Peer));
        world.Step(nodes[0], core => core.StopProviding(Key));
        world.Run(TimeSpan.FromHours(2) + TimeSpan.FromMinutes(1));
        Assert.Empty(world.FindProviders(nodes[30], Key).Found);
        Assert.All(nodes, node => Assert.Equal(0, world[node].Records));
    }

    [Fact]
    public void What_was_provided_to_nobody_is_told_to_the_first_who_comes()
    {
        var world = new KademliaWorld(10, new DhtOptions());
        var (lonely, other) = (world.Start(DhtMode.Client), world.Start());
        Assert.Equal(0, world.Provide(lonely, Key));
        world.Connect(lonely, other);
        world.Run(TimeSpan.FromSeconds(1));
        Assert.Equal([lonely], world.FindProviders(other, Key).Found.Select(found => found.Peer));
    }

    [Fact]
    public void A_dht_at_rest_costs_little()
    {
        var world = new KademliaWorld(11, new DhtOptions());
        Join(world, 30);
        world.Run(TimeSpan.FromMinutes(30));
        var before = world.Messages;
        world.Run(TimeSpan.FromHours(1));
        // Six refreshes an hour of about four searches of about twenty questions, each with an answer, a node.
        Assert.InRange(world.Messages - before, 30, 30 * 6 * 8 * 2 * 25);
    }

    /// <summary>Nodes that each know one that was there before, and time for all to look around.</summary>
    private static List<PeerId> Join(KademliaWorld world, int count)
    {
        var random = new Prng(99);
        var nodes = new List<PeerId>();
        for (var i = 0; i < count; i++)
        {
            var node = world.Start();
            if (i > 0) world.Connect(node, nodes[random.Next(nodes.Count)]);
            nodes.Add(node);
            world.Run(TimeSpan.FromMilliseconds(100));
        }

        world.Run(TimeSpan.FromMinutes(2));
        return nodes;
    }
}
