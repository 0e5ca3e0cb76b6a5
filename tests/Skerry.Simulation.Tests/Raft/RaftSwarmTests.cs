namespace Skerry.Simulation.Tests;

public sealed class RaftSwarmTests
{
    private const int Seeds = 600;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_seed_holds_all_rules_and_replays_to_the_same_hash(int quarter)
    {
        for (var seed = (ulong)(quarter * Seeds / 4); seed < (ulong)((quarter + 1) * Seeds / 4); seed++)
        {
            var options = RaftSwarm.Draw(seed + 1);
            var first = RaftRun.Execute(options);
            Assert.True(first.Failure is null, first.Report());
            Assert.Equal(first.Hash, RaftRun.Execute(options).Hash);
        }
    }
}
