using System.Globalization;

using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// The last events of a run, a line each in aligned columns (README.md says what they hold). Lines are put into words only when
/// somebody reads them: most runs do not fail.
/// </summary>
internal sealed class Trace
{
    private const int Capacity = 512;

    private readonly TraceEntry[] _ring = new TraceEntry[Capacity];
    private long _count;

    /// <summary>Gets each line as it is made; null: nobody does.</summary>
    public Action<string>? Listener { get; set; }

    /// <summary>The head of the columns.</summary>
    public static string Head => $"{"time",12}  {"step",9}  {"node",-8}  {"event",-10}  {"peer",-8}  detail";

    /// <summary>Adds an event, and drops the oldest when full.</summary>
    public void Add(in TraceEntry entry)
    {
        _ring[_count++ % Capacity] = entry;
        Listener?.Invoke(Format(entry));
    }

    /// <summary>The last events in words, oldest first.</summary>
    public IEnumerable<string> Lines(int most = Capacity)
    {
        for (var i = Math.Max(0, _count - Math.Min(most, Capacity)); i < _count; i++) yield return Format(_ring[i % Capacity]);
    }

    private static string Format(in TraceEntry entry)
    {
        var time = new Instant(entry.Ticks).Ticks / (double)TimeSpan.TicksPerSecond;
        var detail = entry.Detail is { } value && entry.Describer is { } describer ? describer.Describe(value) : entry.Detail?.ToString();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{time,12:0.000000}  {entry.Step,9}  {entry.Node?.Name ?? "world",-8}  {entry.Verb,-10}  {entry.Peer?.Name ?? "",-8}  {detail}").TrimEnd();
    }
}
