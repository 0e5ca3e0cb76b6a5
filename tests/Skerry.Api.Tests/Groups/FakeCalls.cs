using System.IO.Pipelines;
using System.Threading.Channels;

using Skerry.Primitives;

namespace Skerry.Api.Tests.Groups;

/// <summary>Streams in memory from one API to others.</summary>
/// <param name="node">Whose.</param>
/// <param name="group">Of which group.</param>
internal sealed class FakeCalls(string node, string group) : IGroupCalls
{
    private readonly Channel<GroupCall> _calls = Channel.CreateUnbounded<GroupCall>();

    /// <summary>The servers of each group that is known; null: there, and not reached.</summary>
    public Dictionary<string, Dictionary<string, FakeCalls?>> Known { get; } = [];

    public IReadOnlyList<string>? ServersOf(string group) => Known.TryGetValue(group, out var servers) ? [.. servers.Keys] : null;

    public Task<Stream> ConnectAsync(string node, CancellationToken cancellation)
    {
        var there = Known.Values.SelectMany(servers => servers).FirstOrDefault(server => server.Key == node).Value;
        return there is null ? throw new IOException($"{node} is dead") : Task.FromResult<Stream>(there.Take(Name, Group));
    }

    public IAsyncEnumerable<GroupCall> AcceptAsync(CancellationToken cancellation) => _calls.Reader.ReadAllAsync(cancellation);

    private string Name => node;

    private string Group => group;

    private Duplex Take(string caller, string callersGroup)
    {
        var (up, down) = (new Pipe(), new Pipe());
        _calls.Writer.TryWrite(new GroupCall(caller, callersGroup, new Duplex(up.Reader.AsStream(), down.Writer.AsStream())));
        return new Duplex(down.Reader.AsStream(), up.Writer.AsStream());
    }

    private sealed class Duplex(Stream read, Stream write) : AsyncStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => read.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await write.WriteAsync(buffer, cancellationToken);
            await write.FlushAsync(cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                read.Dispose();
                write.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
