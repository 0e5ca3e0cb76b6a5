using System.Diagnostics.Metrics;

namespace Skerry.Libp2p.Driver;

/// <summary>Counts of one host.</summary>
internal sealed class Libp2pMetrics
{
    private readonly Counter<long> _connections;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _streams;

    public Libp2pMetrics(IMeterFactory meters, ConnectionTable table)
    {
        var meter = meters.Create("Skerry.Libp2p");
        _connections = meter.CreateCounter<long>("skerry.libp2p.connections.made", "{connection}", "Connections that shook hands");
        _refused = meter.CreateCounter<long>("skerry.libp2p.connections.refused", "{connection}", "Connections that came to nothing");
        _streams = meter.CreateCounter<long>("skerry.libp2p.streams.opened", "{stream}", "Streams that agreed on a protocol");
        meter.CreateObservableGauge("skerry.libp2p.connections", () => table.Taken, "{connection}", "Connections open or shaking hands");
    }

    public void Connected(bool isDialler) => _connections.Add(1, Direction(isDialler));

    public void Refused(bool isDialler) => _refused.Add(1, Direction(isDialler));

    public void Opened(bool isDialler) => _streams.Add(1, Direction(isDialler));

    private static KeyValuePair<string, object?> Direction(bool isDialler) => new("direction", isDialler ? "out" : "in");
}
