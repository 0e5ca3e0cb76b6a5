namespace Skerry.Simulation.Tests;

/// <summary>Seeds that once broke a rule, each with what it showed. They stay, and must hold for ever.</summary>
public sealed class RaftFoundBugsTests
{
    [Theory]
    [InlineData(576, "a leader that had removed itself and crashed was the only one whose log held that; by it, it had no vote and did not stand, and nobody else could win")]
    [InlineData(904, "the same in another group")]
    [InlineData(1000750, "the ledger forgot what was committed in the step that a member died in")]
    [InlineData(102978, "a flipped bit in the last record that was flushed was taken for a torn tail, since that record had zeros at its end")]
    public void A_seed_that_once_failed_holds(ulong seed, string showed)
    {
        var result = RaftRun.Execute(RaftSwarm.Draw(seed));
        Assert.True(result.Failure is null, $"Once: {showed}. Now:\n{result.Report()}");
    }
}
