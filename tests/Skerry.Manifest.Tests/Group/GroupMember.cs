using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Raft;
using Skerry.Raft.Tests.Driver;
using Skerry.Storage;

namespace Skerry.Manifest.Tests.Group;

/// <summary>One node of a group: manifest, log, disk. The disk outlives it.</summary>
internal sealed class GroupMember(ManifestGroup group, string name, string path) : IAsyncDisposable
{
    private LoopbackTransport? _transport;
    private DiskDirectory? _disk;

    public string Name => name;

    public ManifestNode Node { get; private set; } = null!;

    public GroupLog Log { get; private set; } = null!;

    public RaftNode? Raft { get; private set; }

    public bool IsUp => Raft is not null;

    public async Task StartAsync(long snapshotBytes)
    {
        Node = new ManifestNode(new ManifestOptions(), TimeProvider.System, new NoMeters(), NullLoggerFactory.Instance);
        Log = new GroupLog(Node, "site", group.LinkOf(name), RaftReadMode.Quorum);
        _transport = group.Network.Join(name);
        _disk = DiskDirectory.Open(path);
        var options = new RaftOptions { Group = "site", Node = name, SnapshotBytes = snapshotBytes, TrailingEntries = 10, ObserverInterval = group.ObserverInterval, MaxObserverInterval = group.ObserverInterval };
        Raft = await RaftNode.StartAsync(options, Log, _transport, _disk, TimeProvider.System, NullLoggerFactory.Instance, new NoMeters());
        Log.Start(Raft);
    }

    public async Task StopAsync()
    {
        if (Raft is not { } raft) return;
        Raft = null;
        await Node.DisposeAsync();
        await raft.DisposeAsync();
        _transport!.Dispose();
        _disk!.Dispose();
    }

    public async Task<ManifestResult> DoAsync(ManifestOp op) => await Node.ExecuteAsync(op, CancellationToken.None);

    public async ValueTask DisposeAsync() => await StopAsync();

    public override string ToString() => IsUp ? $"{name}: {Raft!.Status.Role} of term {Raft.Status.Term}, applied {Node.StateHash}" : $"{name}: down";
}
