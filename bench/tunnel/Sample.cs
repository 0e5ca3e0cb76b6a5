namespace Skerry.Bench.Tunnel;

/// <summary>What one round of one contestant came to.</summary>
/// <param name="Throughput">MB/s of one stream.</param>
/// <param name="CpuPerGigabyte">Seconds of both ends, and of what stands between them.</param>
/// <param name="Between">Seconds of what stands between them alone.</param>
/// <param name="Median">Microseconds of a small message there and back.</param>
/// <param name="Slowest">Microseconds that one in a hundred exceeds.</param>
/// <param name="Opens">Streams opened and closed a second, one after the other.</param>
/// <param name="Idle">KB of resident memory of the listener for each connection at rest.</param>
internal sealed record Sample(double Throughput, double CpuPerGigabyte, double Between, double Median, double Slowest, double Opens, double Idle);
