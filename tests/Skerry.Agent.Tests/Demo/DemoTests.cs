using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.Demo;

public sealed class DemoTests
{
    [Fact, Trait("Speed", "Slow")]
    public async Task The_story_is_told_to_its_end_without_a_failed_request()
    {
        using var place = new TestPlace();
        await using var demo = SkerryProcess.Start(new Dictionary<string, string> { ["TMPDIR"] = place.Directory }, "demo", "--once");
        // The story takes most of a minute by itself.
        var exitCode = await demo.ExitAsync(TimeSpan.FromMinutes(3));
        Assert.True(exitCode == ExitCode.Success, string.Join('\n', demo.Output.Concat(demo.Errors)));
        await demo.UntilLineAsync("no request failed");
        Assert.Empty(Directory.GetFileSystemEntries(place.Directory));
        Assert.Empty(ProcessesOf(place));
    }

    [Fact]
    public async Task Ctrl_C_in_the_middle_leaves_nothing_behind()
    {
        using var place = new TestPlace();
        await using var demo = SkerryProcess.Start(new Dictionary<string, string> { ["TMPDIR"] = place.Directory }, "demo");
        await demo.UntilLineAsync("hello-north passes");
        demo.Signal(SkerryProcess.SIGINT);
        Assert.Equal(ExitCode.Signal + SkerryProcess.SIGINT, await demo.ExitAsync());
        Assert.Empty(ProcessesOf(place));
        Assert.Empty(Directory.GetFileSystemEntries(place.Directory));
    }

    [Fact]
    public async Task SIGKILL_in_the_middle_leaves_nothing_behind()
    {
        using var place = new TestPlace();
        await using var demo = SkerryProcess.Start(new Dictionary<string, string> { ["TMPDIR"] = place.Directory }, "demo");
        await demo.UntilLineAsync("hello-north passes");
        Assert.True(ProcessesOf(place).Count >= 4);
        demo.Signal(SkerryProcess.SIGKILL);
        await demo.ExitAsync();

        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (ProcessesOf(place).Count > 0 || Directory.GetFileSystemEntries(place.Directory).Length > 0)
        {
            Assert.True(DateTime.UtcNow < deadline, $"left behind: {string.Join("; ", ProcessesOf(place).Concat(Directory.GetFileSystemEntries(place.Directory)))}");
            await Task.Delay(20); // a poll's pause
        }
    }

    /// <summary>Command lines of living processes that name the place.</summary>
    private static List<string> ProcessesOf(TestPlace place) =>
        [.. Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path[6])).Select(CommandLineOf).Where(line => line.Contains(place.Directory, StringComparison.Ordinal))];

    private static string CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(process + "/cmdline").Replace('\0', ' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
