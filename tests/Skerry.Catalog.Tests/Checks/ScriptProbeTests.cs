using System.Globalization;
using System.Text;

using Skerry.Catalog.Checks;
using Skerry.Replication.Tests;

namespace Skerry.Catalog.Tests.Checks;

public sealed class ScriptProbeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("skerry-test-").FullName;

    [Theory]
    [InlineData("echo fine; exit 0", CheckStatus.Passing, "fine\n")]
    [InlineData("echo slow >&2; exit 1", CheckStatus.Warning, "slow\n")]
    [InlineData("echo broken; exit 2", CheckStatus.Critical, "broken\n")]
    [InlineData("exit 127", CheckStatus.Critical, "")]
    [InlineData("kill -9 $$", CheckStatus.Critical, "")]
    public async Task The_exit_code_decides_and_what_was_printed_is_kept(string script, CheckStatus status, string output)
    {
        var result = await RunAsync("/bin/sh", "-c", script);
        Assert.Equal((status, output), (result.Status, result.Output));
    }

    [Fact]
    public async Task Arguments_are_handed_over_as_they_are()
    {
        var result = await RunAsync("/usr/bin/printf", "%s|", "a b", "$HOME", "*", "\"");
        Assert.Equal("a b|$HOME|*|\"|", result.Output);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_critical() => Assert.Equal(CheckStatus.Critical, (await RunAsync("/nowhere/program")).Status);

    [Fact]
    public async Task A_program_that_waits_for_input_gets_its_end() => Assert.Equal(CheckStatus.Passing, (await RunAsync("/bin/cat")).Status);

    [Fact]
    public async Task The_end_of_a_long_output_is_kept()
    {
        var result = await RunAsync("/bin/sh", "-c", "i=0; while [ $i -lt 2000 ]; do echo line-$i-ü; i=$((i+1)); done");
        Assert.EndsWith("line-1999-ü\n", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("Captured 4096 of ", result.Output, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(result.Output), 4090, CheckResult.MaxOutput);
        Assert.DoesNotContain('\uFFFD', result.Output);
    }

    [Fact]
    public async Task A_run_that_is_cut_off_takes_along_all_it_started()
    {
        using var limit = new CancellationTokenSource();
        using var probe = Probe("/bin/sh", "-c", $"sleep 1000 & echo $! > {_directory}/child; echo $$ > {_directory}/leader; mv {_directory}/leader {_directory}/ready; wait");
        var running = probe.RunAsync(limit.Token);
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(_directory, "ready")));
        int[] started = [Read("child"), Read("ready")];
        Assert.All(started, process => Assert.True(IsRunning(process)));

        await limit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Examples.Limit));
        await Eventually.HoldsAsync(() => !started.Any(IsRunning), () => string.Join(", ", started.Where(IsRunning)));
    }

    [Fact]
    public async Task What_a_program_leaves_behind_ends_with_it()
    {
        var result = await RunAsync("/bin/sh", "-c", $"sleep 1000 & echo $! > {_directory}/child; exit 0");
        Assert.Equal(CheckStatus.Passing, result.Status);
        await Eventually.HoldsAsync(() => !IsRunning(Read("child")));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static bool IsRunning(int process)
    {
        try
        {
            // A killed child that its new parent has not looked at yet is a zombie: gone for all that matters.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return false;
        }
    }

    private static ScriptProbe Probe(params string[] arguments) => new(new CheckDefinition { Id = "script", Name = "script", Type = CheckType.Script, Arguments = [.. arguments] });

    private static async Task<CheckResult> RunAsync(params string[] arguments)
    {
        using var probe = Probe(arguments);
        using var limit = new CancellationTokenSource(Examples.Limit);
        return await probe.RunAsync(limit.Token);
    }

    private int Read(string file) => int.Parse(File.ReadAllText(Path.Combine(_directory, file)), CultureInfo.InvariantCulture);
}
