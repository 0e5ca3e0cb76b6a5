using System.Text;

using Skerry.Agent.CommandLine;
using Skerry.Agent.Composition;

namespace Skerry.Agent.Tests.Composition;

public sealed class CollectorSettingsTests
{
    [Theory]
    [InlineData(256L << 20, 0)]
    [InlineData(512L << 20, 0)]
    [InlineData(1L << 30, 32 << 20)]
    [InlineData(2L << 30, 64 << 20)]
    [InlineData(64L << 30, 64 << 20)]
    public void The_youngest_objects_get_a_small_part_of_the_memory_there_is(long memory, long youngest) => Assert.Equal(youngest, CollectorSettings.YoungestFor(memory));

    /// <summary>The same process: its service manager, and who reads what it says, notice nothing.</summary>
    [Theory]
    [InlineData("manifest: { role: server, etcd: 'HOST:0' }", "", "4000000")]
    [InlineData("manifest: { role: server, etcd: 'HOST:0' }", "3000000", "3000000")]
    [InlineData("", "", "")]
    public async Task A_server_of_the_manifest_runs_with_more_room_for_the_youngest_objects_unless_told_otherwise(string manifest, string told, string used)
    {
        if (CollectorSettings.YoungestFor(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) < 64 << 20) Assert.Skip("The machine has less than 2 GiB of memory.");
        using var place = new TestPlace();
        var environment = told.Length > 0 ? new Dictionary<string, string> { [CollectorSettings.YoungestGeneration] = told } : [];
        await using var agent = SkerryProcess.Start(environment, "agent", "--config", place.Configure(manifest.Replace("HOST", place.Host.ToString(), StringComparison.Ordinal)));
        await agent.UntilReadyAsync();
        var variables = Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{agent.Id}/environ")).Split('\0');
        var found = variables.Where(variable => variable.StartsWith(CollectorSettings.YoungestGeneration, StringComparison.Ordinal)).ToArray();
        Assert.Equal(used.Length > 0 ? [$"{CollectorSettings.YoungestGeneration}={used}"] : [], found);
        Assert.Equal("skerry", (await File.ReadAllTextAsync($"/proc/{agent.Id}/comm")).Trim());
        var socket = CollectorSettings.DiagnosticSocketOf(agent.Id);
        Assert.Equal(Environment.GetEnvironmentVariable("DOTNET_EnableDiagnostics") != "0", File.Exists(socket));
        agent.Signal(SkerryProcess.SIGTERM);
        Assert.Equal(ExitCode.Success, await agent.ExitAsync());
        Assert.False(File.Exists(socket));
    }
}
