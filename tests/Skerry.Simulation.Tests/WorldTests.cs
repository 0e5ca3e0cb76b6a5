using Skerry.Primitives;

namespace Skerry.Simulation.Tests;

public sealed class WorldTests
{
    [Fact]
    public void The_same_seed_gives_the_same_hash_twice()
    {
        Assert.Equal(RunStormy(7), RunStormy(7));
        Assert.NotEqual(RunStormy(7), RunStormy(8));
    }

    [Fact]
    public void Events_of_one_instant_happen_in_the_order_they_were_scheduled()
    {
        var world = new World(1);
        var seen = new List<int>();
        for (var i = 0; i < 1000; i++)
        {
            var number = i;
            world.At(new Instant(i % 2), () => seen.Add(number));
        }

        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * 2).Concat(Enumerable.Range(0, 500).Select(i => (i * 2) + 1)), seen);
    }

    [Fact]
    public void The_queue_gives_back_any_load_sorted_by_time_then_age()
    {
        var random = new Prng(3);
        var queue = new EventQueue();
        var expected = new List<(long Ticks, int Age)>();
        for (var i = 0; i < 5000; i++)
        {
            var ticks = random.Next(300);
            queue.Schedule(ticks, EventKind.Action, i, 0, null);
            expected.Add((ticks, i));
        }

        expected.Sort();
        foreach (var (ticks, age) in expected)
        {
            Assert.True(queue.TryTake(out var next));
            Assert.Equal((ticks, age), (next.Ticks, next.Node));
        }

        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public void A_crashed_node_hears_nothing_and_a_restarted_one_starts_afresh()
    {
        var (world, nodes) = Echoes(3, seed: 5);
        world.RunFor(TimeSpan.FromSeconds(5));
        var before = Host(nodes[0]);
        Assert.True(before.Received > 0);
        world.Crash(nodes[0]);
        var heard = before.Received;
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(heard, before.Received);
        Assert.Null(nodes[0].Host);

        world.Start(nodes[0]);
        Assert.NotSame(before, nodes[0].Host);
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.True(Host(nodes[0]).Received > 0);
    }

    [Fact]
    public void A_paused_node_handles_what_waited_in_order_once_it_goes_on()
    {
        var (world, nodes) = Echoes(2, seed: 5, isSilent: true);
        world.Network.Options = new NetworkOptions { MeanExtraDelay = TimeSpan.Zero };
        world.Pause(nodes[1], TimeSpan.FromSeconds(10));
        var sender = new NodePort(world, nodes[0]);
        for (var i = 0; i < 2000; i++) sender.Send(1, i, 100);

        world.RunFor(TimeSpan.FromSeconds(9));
        Assert.Empty(Host(nodes[1]).Order);
        world.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(Enumerable.Range(0, SimulatedNode.InboxLimit), Host(nodes[1]).Order);
    }

    [Fact]
    public void A_core_that_never_settles_its_deadline_is_caught()
    {
        var world = new World(1);
        var node = world.Add("stuck", (port, random) => new StuckHost());
        world.Start(node);
        var failure = Assert.Throws<SimulationFailure>(() => world.RunFor(TimeSpan.FromSeconds(1)));
        Assert.Equal("idle wakes", failure.Rule);
    }

    [Fact]
    public void A_clock_wakes_no_one_before_it_shows_the_deadline()
    {
        var random = new Prng(11);
        for (var i = 0; i < 10_000; i++)
        {
            var clock = new LocalClock(new Instant(random.Next(1_000_000)), new Instant(random.Next(1_000_000)), random.Next(20_001) - 10_000);
            var deadline = clock.Reading + random.NextDuration(TimeSpan.FromHours(5)) + new TimeSpan(1);
            var due = clock.TimeOf(deadline);
            Assert.True(clock.Read(due) >= deadline);
            Assert.True(clock.Read(due - new TimeSpan(2)) < deadline);
        }
    }

    internal static (World World, SimulatedNode[] Nodes) Echoes(int count, ulong seed, bool isSilent = false)
    {
        var world = new World(seed);
        var nodes = new SimulatedNode[count];
        for (var i = 0; i < count; i++) nodes[i] = world.Add($"e{i}", (port, random) => new EchoHost(port, random, count) { IsSilent = isSilent });
        foreach (var node in nodes) world.Start(node);
        return (world, nodes);
    }

    internal static EchoHost Host(SimulatedNode node) => (EchoHost)node.Host!;

    private static ulong RunStormy(ulong seed)
    {
        var (world, _) = Echoes(10, seed);
        world.Network.Options = new NetworkOptions { Loss = 0.1, Duplicate = 0.1, Reorder = 0.1 };
        var second = TimeSpan.FromSeconds(5);
        var storm = new Storm(world, new FaultOptions
        {
            CrashEvery = second,
            PauseEvery = second,
            PartitionEvery = second,
            LinkEvery = second,
            WeatherEvery = second,
            FlapPeriod = second,
            LateShare = 0.5,
        });
        storm.ShapeMachines();
        storm.Begin();
        world.RunFor(TimeSpan.FromMinutes(2));
        storm.End(new NetworkOptions());
        world.RunFor(TimeSpan.FromMinutes(1));
        Assert.All(world.Nodes, node => Assert.Equal(NodeState.Up, node.State));
        return world.Hash;
    }

    private sealed class StuckHost : IHost
    {
        public Instant NextDeadline { get; private set; } = Instant.Never;

        public void Start(Instant now) => NextDeadline = now;

        public void Advance(Instant now)
        {
        }

        public void Receive(Packet packet, Instant now)
        {
        }

        public void Serve(Exchange exchange, Instant now)
        {
        }

        public void Replied(Exchange exchange, Instant now)
        {
        }

        public void Failed(Exchange exchange, Instant now)
        {
        }

        public string Describe(object payload) => "";
    }
}
