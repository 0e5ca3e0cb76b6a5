using System.Diagnostics.Metrics;

namespace Skerry.Api.Metrics;

/// <summary>The series of one instrument by the labels it is given: measurements are many, and to put a name and labels together for each costs more than most of what is measured.</summary>
/// <param name="instrument">It.</param>
/// <param name="find">Finds a series by its labels, or makes it.</param>
internal sealed class InstrumentSeries(Instrument instrument, Func<Instrument, KeyValuePair<string, object?>[], Series> find)
{
    /// <summary>As many are searched in a moment; those beyond are found the long way.</summary>
    private const int Most = 16;

    private readonly Lock _gate = new();
    private (KeyValuePair<string, object?>[] Labels, Series Series)[] _known = [];

    public bool IsHistogram { get; } = KindOf(instrument) == "histogram";

    /// <summary>What Prometheus calls such an instrument: <c>histogram</c>, <c>counter</c> or <c>gauge</c>.</summary>
    public static string KindOf(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        if (kind.StartsWith("Histogram", StringComparison.Ordinal)) return "histogram";
        return kind.Contains("Counter", StringComparison.Ordinal) && !kind.Contains("UpDown", StringComparison.Ordinal) ? "counter" : "gauge";
    }

    /// <summary>The series of some labels.</summary>
    public Series Of(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        foreach (var (known, series) in Volatile.Read(ref _known))
        {
            if (AreSame(known, labels)) return series;
        }

        var own = labels.ToArray();
        var found = find(instrument, own);
        // What is asked for its value may be gone the next time.
        if (!instrument.IsObservable) Keep(own, found);
        return found;
    }

    private static bool AreSame(KeyValuePair<string, object?>[] known, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (known.Length != labels.Length) return false;
        for (var i = 0; i < known.Length; i++)
        {
            if (known[i].Key != labels[i].Key || !Equals(known[i].Value, labels[i].Value)) return false;
        }

        return true;
    }

    private void Keep(KeyValuePair<string, object?>[] labels, Series series)
    {
        lock (_gate)
        {
            if (_known.Length < Most) Volatile.Write(ref _known, [.. _known, (labels, series)]);
        }
    }
}
