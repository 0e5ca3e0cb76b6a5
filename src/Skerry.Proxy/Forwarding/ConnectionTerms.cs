using Microsoft.Extensions.Logging;

namespace Skerry.Proxy.Forwarding;

/// <summary>What listeners have in common.</summary>
/// <param name="MaxConnections">Open at a time, as it is now.</param>
/// <param name="Time">The clock.</param>
/// <param name="Metrics">Counts.</param>
/// <param name="Logger">The log.</param>
internal sealed record ConnectionTerms(Func<int> MaxConnections, TimeProvider Time, ProxyMetrics Metrics, ILogger Logger);
