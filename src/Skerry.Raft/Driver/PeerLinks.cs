using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

using Skerry.Raft.Core;

namespace Skerry.Raft.Driver;

/// <summary>The streams to the other members, opened when there is something to send. All calls but <see cref="Heard"/> and <see cref="MaySpeak"/> come from the core's rounds.</summary>
internal sealed class PeerLinks(IRaftTransport transport, TimeProvider time, RaftMetrics metrics, ILogger logger, string group) : IAsyncDisposable
{
    /// <summary>Silence of a member that is being talked to after which its stream is doubted.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<ulong, (string Node, long At)> _heard = new();
    private readonly Dictionary<(ulong Id, RaftStreamKind Kind), PeerLink> _links = [];
    private readonly HashSet<PeerLink> _touched = [];
    private readonly List<Task> _closing = [];
    private volatile RaftConfiguration _configuration = RaftConfiguration.Empty;

    /// <summary>Other members: streams to those who are gone are closed.</summary>
    public void SetMembers(RaftConfiguration configuration)
    {
        _configuration = configuration;
        if (configuration.Members.IsEmpty) return;
        foreach (var (key, link) in _links.ToArray())
        {
            if (configuration.TryFind(key.Id, out _)) continue;
            Close(key, link);
            _heard.TryRemove(key.Id, out _);
        }
    }

    /// <summary>Whether a node may send messages of a member: one that is known speaks from its own node alone.</summary>
    public bool MaySpeak(ulong id, string node) => !_configuration.TryFind(id, out var member) || member.Name == node;

    /// <summary>A message of a member has come from a node.</summary>
    public void Heard(ulong id, string node) => _heard[id] = (node, time.GetTimestamp());

    public void Send(RaftMessage message)
    {
        var chunk = message as SnapshotChunk;
        if (Find(message.To, chunk is null ? RaftStreamKind.Messages : RaftStreamKind.Snapshots) is not { } link)
        {
            metrics.Unsent(1);
            return;
        }

        link.Add(message, SizeOf(message));
        _touched.Add(link);
    }

    /// <summary>Sends all of a round.</summary>
    public void Pump()
    {
        foreach (var link in _touched) link.Pump();
        _touched.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (key, link) in _links.ToArray()) Close(key, link);
        await Task.WhenAll(_closing);
    }

    private static int SizeOf(RaftMessage message) => message switch
    {
        Append append => 64 + append.Entries.Sum(entry => entry.Size),
        SnapshotChunk chunk => 64 + chunk.Data.Length,
        _ => 64,
    };

    private PeerLink? Find(ulong id, RaftStreamKind kind)
    {
        var key = (id, kind);
        var wasHeard = _heard.TryGetValue(id, out var heard);
        if (_links.TryGetValue(key, out var link))
        {
            if (!wasHeard || time.GetElapsedTime(heard.At) > Patience) link.Doubt(Patience);
            return link;
        }

        var node = _configuration.TryFind(id, out var member) ? member.Name : wasHeard ? heard.Node : null;
        return node is null ? null : _links[key] = new PeerLink(node, kind, transport, time, metrics, logger, group);
    }

    private void Close((ulong Id, RaftStreamKind Kind) key, PeerLink link)
    {
        _links.Remove(key);
        _touched.Remove(link);
        _closing.RemoveAll(task => task.IsCompleted);
        _closing.Add(link.DisposeAsync().AsTask());
    }
}
