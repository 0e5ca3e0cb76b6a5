namespace Skerry.Interop.Tests.Etcd;

/// <summary>etcd3, a client for Node.</summary>
public sealed class EtcdClientTests
{
    [Fact]
    public async Task Etcd3_reads_writes_watches_locks_and_elects()
    {
        var folder = NodePackages.FolderOf("Etcd");
        await NodePackages.InstallAsync(folder);
        await using var door = await EtcdDoor.StartAsync();
        var (exitCode, output) = await NodePackages.RunAsync("node", Path.Combine(folder, "client.js"), $"http://{door.Address}");
        Assert.True(exitCode == 0, output);
    }
}
