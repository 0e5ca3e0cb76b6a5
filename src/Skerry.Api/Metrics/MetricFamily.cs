namespace Skerry.Api.Metrics;

/// <summary>What Prometheus' text says once for series that belong together.</summary>
/// <param name="Name">Their name, without a histogram's suffixes.</param>
/// <param name="Type">Prometheus' word: counter, gauge, histogram.</param>
internal sealed record MetricFamily(string Name, string Type);
