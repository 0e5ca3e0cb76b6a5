using System.Diagnostics.Metrics;

namespace Skerry.Manifest.Tests;

/// <summary>Meters nobody listens to.</summary>
public sealed class NoMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
