using System.Collections.Concurrent;

namespace Skerry.Libp2p.Driver;

/// <summary>Who answers which protocol on the streams that peers open.</summary>
internal sealed class StreamHandlers
{
    private readonly ConcurrentDictionary<string, Func<Connection, Libp2pStream, CancellationToken, Task>> _byProtocol = new(StringComparer.Ordinal);

    public IEnumerable<string> Protocols => _byProtocol.Keys.Order(StringComparer.Ordinal);

    public void Add(string protocol, Func<Connection, Libp2pStream, CancellationToken, Task> handler)
    {
        if (!_byProtocol.TryAdd(protocol, handler)) throw new InvalidOperationException($"{protocol} is answered already.");
    }

    /// <summary>Answers a protocol no more.</summary>
    public void Remove(string protocol) => _byProtocol.TryRemove(protocol, out _);

    public bool Speaks(string protocol) => _byProtocol.ContainsKey(protocol);

    public Task RunAsync(Connection connection, Libp2pStream stream, CancellationToken cancel) =>
        _byProtocol.TryGetValue(stream.Protocol, out var handler) ? handler(connection, stream, cancel) : Task.CompletedTask;
}
