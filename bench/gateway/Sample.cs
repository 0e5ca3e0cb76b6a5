namespace Skerry.Bench.Gateway;

/// <summary>One run of the load generator against one proxy.</summary>
/// <param name="CpuPerRequest">User and system time of the proxy a request, microseconds.</param>
/// <param name="Throughput">Requests a second.</param>
/// <param name="P99">Latency that 99 % of the requests stayed under, milliseconds.</param>
/// <param name="Errors">Requests that failed or were not answered with 2xx.</param>
internal sealed record Sample(double CpuPerRequest, double Throughput, double P99, long Errors);
