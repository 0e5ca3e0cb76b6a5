namespace Skerry.Simulation.Tests;

public sealed class GossipSwarmTests
{
    private const int Seeds = 200;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_seed_holds_all_rules_and_replays_to_the_same_hash(int quarter)
    {
        for (var seed = (ulong)(quarter * Seeds / 4); seed < (ulong)((quarter + 1) * Seeds / 4); seed++) RunTwice(GossipSwarm.Draw(seed + 1));
    }

    [Fact, Trait("Speed", "Slow")]
    public void A_thousand_nodes_with_churn_hold_all_rules_and_replay_to_the_same_hash()
    {
        RunTwice(GossipSwarm.Large(1, 1000, TimeSpan.FromMinutes(1)));
    }

    private static void RunTwice(GossipSwarm options)
    {
        var first = GossipRun.Execute(options);
        Assert.True(first.Failure is null, first.Report());
        Assert.Equal(first.Hash, GossipRun.Execute(options).Hash);
    }
}
