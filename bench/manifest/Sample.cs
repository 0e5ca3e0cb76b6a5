using System.Globalization;

namespace Skerry.Bench.Manifest;

/// <summary>One load on one contestant.</summary>
/// <param name="Throughput">Operations a second.</param>
/// <param name="Median">Milliseconds.</param>
/// <param name="Slowest">What one in a hundred exceeds, milliseconds.</param>
/// <param name="Cpu">Microseconds of the servers' user and system time an operation, all of them together.</param>
/// <param name="ClientCpu">The same of the load itself.</param>
/// <param name="Errors">Operations that failed.</param>
internal sealed record Sample(double Throughput, double Median, double Slowest, double Cpu, double ClientCpu, int Errors)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Throughput:0}/s, p50 {Median:0.00} ms, p99 {Slowest:0.00} ms, {Cpu:0.0} us CPU (client {ClientCpu:0.0}), {Errors} errors");
}
