using System.Collections.Concurrent;

namespace Skerry.Lab.Scenarios;

/// <summary>What the scenarios measured, as one table at the end of the run. Nothing is asserted on these figures but generous bounds.</summary>
internal static class Report
{
    private static readonly ConcurrentQueue<(string Scenario, string Measured)> Rows = [];

    /// <summary>Adds a row, and shows it with the test too.</summary>
    public static void Add(string scenario, string measured)
    {
        Rows.Enqueue((scenario, measured));
        TestContext.Current.TestOutputHelper?.WriteLine($"{scenario}: {measured}");
    }

    public static void Print(TextWriter output)
    {
        if (Rows.IsEmpty) return;
        var width = Rows.Max(row => row.Scenario.Length);
        output.WriteLine("\nMeasured in the lab:");
        foreach (var (scenario, measured) in Rows.OrderBy(row => row.Scenario, StringComparer.Ordinal)) output.WriteLine($"  {scenario.PadRight(width)}  {measured}");
    }
}
