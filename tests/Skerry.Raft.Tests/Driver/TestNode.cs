using System.Text;

using Skerry.Storage;

namespace Skerry.Raft.Tests.Driver;

/// <summary>One node of a test: its disk outlives it.</summary>
public sealed class TestNode(LoopbackNetwork network, string name, string path, Func<RaftOptions, RaftOptions> configure) : IAsyncDisposable
{
    private DiskDirectory? _disk;
    private RaftNode? _raft;

    public string Name => name;

    public string Path => path;

    public KeyMachine Machine { get; private set; } = new();

    public LoopbackTransport Transport { get; private set; } = null!;

    public FaultyDirectory Directory { get; private set; } = null!;

    /// <summary>What it has logged of its role.</summary>
    internal RoleLog Roles { get; } = new();

    /// <summary>Whether its disk is full from the start.</summary>
    public bool StartsFull { get; set; }

    public RaftNode Raft => _raft ?? throw new InvalidOperationException($"{name} is down.");

    public bool IsUp => _raft is not null;

    public ulong Id { get; private set; }

    public async Task StartAsync()
    {
        Machine = new KeyMachine();
        Transport = network.Join(name);
        _disk = DiskDirectory.Open(path);
        Directory = new FaultyDirectory(_disk) { IsFull = StartsFull };
        var options = configure(new RaftOptions { Group = "site", Node = name });
        _raft = await RaftNode.StartAsync(options, Machine, Transport, Directory, TimeProvider.System, Roles, new NoMeters());
        Id = _raft.Id;
    }

    /// <summary>After a start that failed.</summary>
    public void Release()
    {
        Transport.Dispose();
        _disk!.Dispose();
    }

    public async Task StopAsync()
    {
        if (_raft is null) return;
        await _raft.DisposeAsync();
        _raft = null;
        Transport.Dispose();
        _disk!.Dispose();
    }

    public Task<RaftResult> PutAsync(string key, string value) => Raft.ProposeAsync(Encoding.UTF8.GetBytes($"{key}={value}"), new CancellationTokenSource(Eventually.Limit).Token);

    public async ValueTask DisposeAsync() => await StopAsync();

    public override string ToString() => IsUp ? $"{name}: {Raft.Status}" : $"{name}: down";
}
