namespace Skerry.Bench.Tunnel;

/// <summary>What one round of one contestant came to.</summary>
/// <param name="Throughput">MB/s of one stream.</param>
/// <param name="CpuPerGigabyte">Seconds of both ends.</param>
/// <param name="RoundTrip">Microseconds of a small message.</param>
/// <param name="Opens">Streams opened and closed a second, one after the other.</param>
internal sealed record Sample(double Throughput, double CpuPerGigabyte, double RoundTrip, double Opens);
