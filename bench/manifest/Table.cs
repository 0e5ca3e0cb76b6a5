using System.Globalization;

namespace Skerry.Bench.Manifest;

/// <summary>What was measured: medians of the rounds, ratios to the first contestant.</summary>
/// <param name="contestants">Their names, in order.</param>
internal sealed class Table(IReadOnlyList<string> contestants)
{
    private readonly List<(string Load, string Contestant, Sample Sample)> _samples = [];
    private readonly List<(string What, string Contestant, double Value)> _values = [];

    public void Add(string load, string contestant, Sample sample) => _samples.Add((load, contestant, sample));

    public void Add(string what, string contestant, double value)
    {
        _values.Add((what, contestant, value));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {contestant} {value:0.000}"));
    }

    public void Print()
    {
        if (_samples.Count > 0)
        {
            Console.WriteLine("| load | | operations/s | ratio | p50 ms | p99 ms | ratio | CPU us/operation | ratio | of the client's own | errors |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        }

        foreach (var load in _samples.Select(taken => taken.Load).Distinct())
        {
            foreach (var name in contestants) Print(load, name);
        }

        if (_values.Count == 0) return;
        Console.WriteLine($"\n| | {string.Join(" | ", contestants)} |\n|---|{string.Concat(contestants.Select(_ => "---|"))}");
        foreach (var what in _values.Select(taken => taken.What).Distinct())
        {
            var cells = contestants.Select(name => Describe([.. _values.Where(taken => taken.What == what && taken.Contestant == name).Select(taken => taken.Value)]));
            Console.WriteLine($"| {what} | {string.Join(" | ", cells)} |");
        }
    }

    private void Print(string load, string name)
    {
        var own = Of(load, name);
        if (own.Count == 0) return;
        var first = Of(load, contestants[0]) is { Count: > 0 } found ? found : own;
        var (rate, slowest, cpu) = (Median(own, s => s.Throughput), Median(own, s => s.Slowest), Median(own, s => s.Cpu));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {load} | {name} | {rate:0} | {rate / Median(first, s => s.Throughput):0.00} | {Median(own, s => s.Median):0.00} | {slowest:0.00} | {slowest / Median(first, s => s.Slowest):0.00} "
            + $"| {cpu:0.0} | {cpu / Median(first, s => s.Cpu):0.00} | {Median(own, s => s.ClientCpu):0.0} | {own.Sum(s => s.Errors)} |"));
    }

    private List<Sample> Of(string load, string name) => [.. _samples.Where(taken => taken.Load == load && taken.Contestant == name).Select(taken => taken.Sample)];

    private static string Describe(double[] values)
    {
        if (values.Length == 0) return "";
        Array.Sort(values);
        var median = values[values.Length / 2].ToString("0.00", CultureInfo.InvariantCulture);
        return values.Length == 1 ? median : string.Create(CultureInfo.InvariantCulture, $"{median} ({values[0]:0.00} to {values[^1]:0.00}, {values.Length} times)");
    }

    private static double Median(List<Sample> samples, Func<Sample, double> value) => samples.Select(value).Order().ElementAt(samples.Count / 2);
}
