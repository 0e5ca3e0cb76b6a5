using System.Globalization;

using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.Composition;

/// <summary>A real agent whose group is itself, and <c>skerry kv</c> as its users run it.</summary>
public sealed class KvProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Keys_are_written_watched_and_locked_from_the_command_line()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure($"manifest: {{ role: server, etcd: '{place.Host}:0' }}"));
        var api = (await agent.UntilReadyAsync()).ToString();
        await UntilWrittenAsync(api);

        await using (var watch = SkerryProcess.Start("kv", "watch", "app/", "--recurse", "--address", api))
        {
            await watch.UntilLineAsync("put     app/a  1");
            Assert.Equal(ExitCode.Success, (await SkerryProcess.RunAsync("kv", "put", "app/b", "2", "--address", api)).ExitCode);
            await watch.UntilLineAsync("put     app/b  2");
            Assert.Equal(ExitCode.Success, (await SkerryProcess.RunAsync("kv", "delete", "app/a", "--address", api)).ExitCode);
            await watch.UntilLineAsync("delete  app/a");
        }

        // The command's own exit code, and a token that grows from holder to holder.
        var first = await SkerryProcess.RunAsync("kv", "lock", "door", "--address", api, "--", "sh", "-c", "echo $SKERRY_LOCK_TOKEN; exit 7");
        Assert.Equal((7, ""), (first.ExitCode, first.Errors));
        var second = await SkerryProcess.RunAsync("kv", "lock", "door", "--address", api, "--", "sh", "-c", "echo $SKERRY_LOCK_TOKEN");
        Assert.Equal(ExitCode.Success, second.ExitCode);
        Assert.True(long.Parse(second.Output, CultureInfo.InvariantCulture) > long.Parse(first.Output, CultureInfo.InvariantCulture));
        Assert.Equal(ChildProcess.NotFound, (await SkerryProcess.RunAsync("kv", "lock", "door", "--address", api, "--", "/none/such")).ExitCode);
        await LoseAsync(api);
        await SaveAndRestoreAsync(place, api);
    }

    /// <summary>A lock that another has is not had; one that is lost ends its command.</summary>
    private static async Task LoseAsync(string api)
    {
        await using var holder = SkerryProcess.Start("kv", "lock", "door", "--address", api, "--lock-delay", "0s", "--", "sh", "-c", "echo session=$SKERRY_LOCK_SESSION; exec sleep 600");
        var session = (await holder.UntilLineAsync("session=")).Split('=')[1];
        var refused = await SkerryProcess.RunAsync("kv", "lock", "door", "--timeout", "0s", "--address", api, "--", "true");
        Assert.Equal(ExitCode.Failed, refused.ExitCode);
        Assert.StartsWith("skerry: The lock on 'door' was not free within 0s.", refused.Errors, StringComparison.Ordinal);

        await using var waiting = SkerryProcess.Start("kv", "lock", "door", "--address", api, "--", "echo", "mine now");
        using (var http = new HttpClient()) (await http.PutAsync(new Uri($"http://{api}/v1/session/destroy/{session}"), null)).EnsureSuccessStatusCode();
        Assert.Equal(ExitCode.Failed, await holder.ExitAsync());
        await holder.UntilLineAsync("The lock on 'door' was lost: ");
        await waiting.UntilLineAsync("mine now");
        Assert.Equal(ExitCode.Success, await waiting.ExitAsync());
    }

    /// <summary>What was saved is what is there after it is restored, and one that is damaged is not asked of the agent.</summary>
    private static async Task SaveAndRestoreAsync(TestPlace place, string api)
    {
        var file = place.File("site.snap");
        Assert.Equal(ExitCode.Success, (await SkerryProcess.RunAsync("kv", "put", "kept", "old", "--address", api)).ExitCode);
        Assert.StartsWith("Saved test at revision ", (await SkerryProcess.RunAsync("snapshot", "save", file, "--address", api)).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, (await SkerryProcess.RunAsync("kv", "put", "kept", "new", "--address", api)).ExitCode);
        var restored = await SkerryProcess.RunAsync("snapshot", "restore", file, "--address", api);
        Assert.Equal((ExitCode.Success, ""), (restored.ExitCode, restored.Errors));
        Assert.StartsWith("Restored test from ", restored.Output, StringComparison.Ordinal);
        Assert.Equal("old", (await SkerryProcess.RunAsync("kv", "get", "kept", "--address", api)).Output.Trim());
        await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file))[..^20]);
        var refused = await SkerryProcess.RunAsync("snapshot", "restore", file, "--address", api);
        Assert.Equal(ExitCode.Failed, refused.ExitCode);
        Assert.StartsWith($"skerry: {file}: The archive is damaged, or none: ", refused.Errors, StringComparison.Ordinal);
    }

    /// <summary>Until the group is founded, writes are refused.</summary>
    private static async Task UntilWrittenAsync(string api)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var (exitCode, _, errors) = await SkerryProcess.RunAsync("kv", "put", "app/a", "1", "--address", api);
            if (exitCode == ExitCode.Success) return;
            Assert.False(limit.IsCancellationRequested, $"Not written: {errors}");
        }
    }
}
