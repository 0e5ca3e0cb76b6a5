using Skerry.Raft;

namespace Skerry.Manifest.Tests.Forming;

/// <summary>A node with a disk and sockets of its own, that can be killed and started again.</summary>
internal sealed class GroupNode(TestDirectory directory, TestNetwork network, string root, string name) : IAsyncDisposable
{
    private TestTransport? _transport;
    private ManifestGroup? _group;

    /// <summary>What it has logged as errors.</summary>
    public ErrorLog Errors { get; } = new();

    public string Name => name;

    public string Path => System.IO.Path.Combine(root, name);

    public ManifestGroup Group => _group!;

    public ManifestNode Manifest => Group.Manifest;

    public bool IsRunning => _group is not null;

    public async Task<GroupNode> StartAsync(int expect, GroupRole role = GroupRole.Server)
    {
        _transport = new TestTransport(network, name);
        var options = new ManifestGroupOptions
        {
            Raft = new RaftOptions { Group = "dc1", Node = name },
            Role = role,
            BootstrapExpect = expect,
            Settling = TimeSpan.Zero,
            Stabilization = TimeSpan.FromMilliseconds(200),
        };
        _group = await ManifestGroup.StartAsync(options, Path, directory, _transport, TimeProvider.System, new NoMeters(), Errors);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        if (_group is null) return;
        directory.Lose(name);
        await _transport!.DisposeAsync();
        await _group.DisposeAsync();
        _group = null;
    }
}
