namespace Skerry.Catalog.Checks;

/// <summary>How many results in a row it takes until a check changes its status. A warning counts as a success, as in Consul: the service answers.</summary>
/// <param name="check">Gives the numbers.</param>
/// <param name="initial">Status to begin with.</param>
internal sealed class CheckThresholds(CheckDefinition check, CheckStatus initial)
{
    private int _successes;
    private int _failures;

    public CheckStatus Status { get; private set; } = initial;

    /// <summary>Counts a result.</summary>
    /// <returns>Whether it counts: false when the status waits for more of its kind.</returns>
    public bool Observe(CheckStatus result)
    {
        if (result != CheckStatus.Critical)
        {
            _failures = 0;
            _successes = Math.Min(_successes + 1, Math.Max(1, check.SuccessBeforePassing));
            if (_successes < check.SuccessBeforePassing) return false;
            Status = result;
            return true;
        }

        var critical = Math.Max(1, check.FailuresBeforeCritical);
        var warning = check.FailuresBeforeWarning > 0 ? check.FailuresBeforeWarning : critical;
        _successes = 0;
        _failures = Math.Min(_failures + 1, critical);
        if (_failures >= critical) Status = CheckStatus.Critical;
        // What is critical already does not get better by failing.
        else if (_failures >= warning && Status != CheckStatus.Critical) Status = CheckStatus.Warning;
        else return false;
        return true;
    }
}
