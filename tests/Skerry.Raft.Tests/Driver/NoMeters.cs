using System.Diagnostics.Metrics;

namespace Skerry.Raft.Tests.Driver;

/// <summary>Meters that nobody listens to.</summary>
public sealed class NoMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options.Name);

    public void Dispose()
    {
    }
}
