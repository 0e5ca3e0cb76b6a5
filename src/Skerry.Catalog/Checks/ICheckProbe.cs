namespace Skerry.Catalog.Checks;

/// <summary>Finds out once how something fares.</summary>
internal interface ICheckProbe : IDisposable
{
    /// <summary>One run. The token ends at the check's timeout; what cannot be reached is a critical result, not an exception.</summary>
    Task<CheckResult> RunAsync(CancellationToken cancellation);
}
