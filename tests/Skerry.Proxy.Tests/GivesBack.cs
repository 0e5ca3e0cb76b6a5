using Skerry.Proxy.Flows;
using Skerry.Proxy.Tests;
using Skerry.Replication.Tests;

[assembly: AssemblyFixture(typeof(GivesBack))]

namespace Skerry.Proxy.Tests;

/// <summary>After all tests no proxy holds a buffer, and no stream between nodes is open. They share both counts, so it is not seen after each.</summary>
public sealed class GivesBack : IAsyncDisposable
{
    public async ValueTask DisposeAsync() =>
        await Eventually.HoldsAsync(() => Buffers.Rented == 0 && PipeStream.Open == 0, () => $"{Buffers.Rented} buffers, {PipeStream.Open} ends of streams are left");
}
