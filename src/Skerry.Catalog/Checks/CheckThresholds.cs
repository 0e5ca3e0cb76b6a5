namespace Skerry.Catalog.Checks;

/// <summary>How many results in a row it takes until a check changes its status.</summary>
/// <param name="check">Gives the numbers.</param>
/// <param name="initial">Status to begin with.</param>
internal sealed class CheckThresholds(CheckDefinition check, CheckStatus initial)
{
    private int _successes;
    private int _failures;

    public CheckStatus Status { get; private set; } = initial;

    /// <summary>Counts a result.</summary>
    /// <returns>The status after it.</returns>
    public CheckStatus Observe(CheckStatus result)
    {
        if (result == CheckStatus.Passing)
        {
            _failures = 0;
            if (++_successes >= Math.Max(1, check.SuccessBeforePassing)) Status = CheckStatus.Passing;
            return Status;
        }

        _successes = 0;
        _failures++;
        var critical = Math.Max(1, check.FailuresBeforeCritical);
        var warning = check.FailuresBeforeWarning > 0 ? check.FailuresBeforeWarning : critical;
        if (result == CheckStatus.Warning)
        {
            if (_failures >= warning) Status = CheckStatus.Warning;
        }
        else if (_failures >= critical)
        {
            Status = CheckStatus.Critical;
        }
        else if (_failures >= warning && Status == CheckStatus.Passing)
        {
            Status = CheckStatus.Warning;
        }

        return Status;
    }
}
