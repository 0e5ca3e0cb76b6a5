using Skerry.Catalog.Checks;

namespace Skerry.Catalog.Tests.Checks;

public sealed class CheckThresholdsTests
{
    /// <summary>Results and what the check says after each: p passing, w warning, c critical.</summary>
    [Theory]
    [InlineData(0, 0, 0, 'c', "pcpwc", "pcpwc")]
    [InlineData(3, 0, 0, 'c', "ppcppp", "cccccp")]
    [InlineData(3, 0, 0, 'c', "pwp", "ccp")]
    [InlineData(2, 0, 0, 'p', "cpp", "ccp")]
    [InlineData(0, 0, 3, 'p', "ccpccc", "pppppc")]
    [InlineData(0, 2, 4, 'p', "ccccp", "pwwcp")]
    [InlineData(0, 1, 2, 'p', "cpcc", "wpwc")]
    [InlineData(0, 1, 3, 'c', "ccc", "ccc")]
    [InlineData(2, 1, 2, 'p', "cpcpp", "wwwwp")]
    public void It_takes_so_many_results_in_a_row(int passing, int warning, int critical, char initial, string results, string expected)
    {
        var check = Examples.Ttl("x") with { SuccessBeforePassing = passing, FailuresBeforeWarning = warning, FailuresBeforeCritical = critical };
        var thresholds = new CheckThresholds(check, Read(initial));
        var said = results.Select(result =>
        {
            thresholds.Observe(Read(result));
            return thresholds.Status;
        });
        Assert.Equal(expected.Select(Read), said);
    }

    private static CheckStatus Read(char letter) => letter switch
    {
        'p' => CheckStatus.Passing,
        'w' => CheckStatus.Warning,
        _ => CheckStatus.Critical,
    };
}
