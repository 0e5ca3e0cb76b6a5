using Microsoft.Extensions.Logging.Abstractions;

namespace Skerry.Manifest.Tests;

/// <summary>A node on a log of one.</summary>
public sealed class TestNode : IAsyncDisposable
{
    public TestNode(ManifestOptions? options = null, TimeProvider? time = null)
    {
        Node = new ManifestNode(options ?? new ManifestOptions(), time ?? TimeProvider.System, new NoMeters(), NullLoggerFactory.Instance);
        Log = new LogOfOne(Node);
        Node.Start(Log);
    }

    public ManifestNode Node { get; }

    public LogOfOne Log { get; }

    public async Task<ManifestResult> DoAsync(ManifestOp op) => await Node.ExecuteAsync(op, CancellationToken.None);

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
