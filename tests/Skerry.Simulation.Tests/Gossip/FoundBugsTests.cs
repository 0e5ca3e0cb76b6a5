namespace Skerry.Simulation.Tests;

/// <summary>Seeds that once broke a rule, each with what it showed. They stay, and must hold for ever.</summary>
public sealed class FoundBugsTests
{
    [Theory]
    [InlineData(45, "a member that had come back stayed 'leaving' at some nodes for ever: another's list of those that left, merged after its return, beat its join intent")]
    [InlineData(192, "the same at a node that had just started: the old goodbye was remembered for a member it did not know yet")]
    [InlineData(923, "the same, once more at a node that had just started")]
    [InlineData(107, "a node that had refuted ignored a suspicion of its old incarnation, and so let the one who had missed the refutation hold it dead")]
    [InlineData(945, "the same in a group of five, behind one cut link")]
    [InlineData(431, "one that missed a goodbye held the member failed, though all whom it told of its suspicion knew better")]
    [InlineData(456, "the same in another group")]
    [InlineData(1101, "a node that had missed a goodbye told all others that the member was alive, and they had forgotten that it was not")]
    [InlineData(166, "the same in another group")]
    [InlineData(1, "a confirmation that cut a suspicion to less than had passed set a deadline in the past, and the node took its own loop for late by that much")]
    public void A_seed_that_once_failed_holds(ulong seed, string showed)
    {
        var result = GossipRun.Execute(GossipSwarm.Draw(seed));
        Assert.True(result.Failure is null, $"Once: {showed}. Now:\n{result.Report()}");
    }
}
