using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Skerry.Storage.Tests;

/// <summary>A process that writes a log and is killed with -9, again and again, on a real disk.</summary>
public sealed class KilledProcessTests
{
    private const string Variable = "SKERRY_TEST_LOG";
    private const string Identity = "site/killed";
    private const int Rounds = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly WriteAheadLogOptions Options = new() { SegmentSize = 64 << 10 };

    [Fact]
    public async Task What_a_killed_process_said_was_flushed_is_there()
    {
        var path = Directory.CreateTempSubdirectory("skerry-test-").FullName;
        var random = new Random(1);
        var told = 0ul;
        for (var round = 0; round < Rounds; round++)
        {
            told = Math.Max(told, await RunAsync(path, told + 1 + (ulong)random.Next(3000)));
            using var directory = DiskDirectory.Open(path);
            using var log = WriteAheadLog.Open(directory, Identity, Options);
            Assert.InRange(log.LastIndex, told, ulong.MaxValue);
            Assert.True(ulong.Parse(Encoding.UTF8.GetString(log.State.Span), CultureInfo.InvariantCulture) >= told);
            for (var index = log.FirstIndex; index <= log.LastIndex; index++) Assert.Equal(Entry(index), log.Read(index));
        }

        Directory.Delete(path, recursive: true);
    }

    /// <summary>The process that is killed: writes until then, and tells each flush on its standard output. Does nothing by itself.</summary>
    [Fact(Explicit = true)]
    public void Writer_for_the_test_above()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } path) return;
        using var directory = DiskDirectory.Open(path);
        using var log = WriteAheadLog.Open(directory, Identity, Options);
        using var output = Console.OpenStandardOutput();
        while (true)
        {
            var batch = 1 + log.LastIndex % 7;
            for (var i = 0ul; i < batch; i++) log.Append(log.LastIndex + 1, Entry(log.LastIndex + 1));
            log.SetState(Encoding.UTF8.GetBytes(log.LastIndex.ToString(CultureInfo.InvariantCulture)));
            log.Flush();
            if (log.LastIndex % 50 < batch && log.LastIndex > 500) log.CompactTo(log.LastIndex - 500);
            output.Write(Encoding.UTF8.GetBytes($"\nflushed {log.LastIndex}\n"));
        }
    }

    private static byte[] Entry(ulong index) => Encoding.UTF8.GetBytes($"{index}:{new string('y', (int)(index * 131 % 700))}");

    /// <summary>Runs a writer until it has told of <paramref name="until"/>, and kills it.</summary>
    /// <returns>The last index it told of.</returns>
    private static async Task<ulong> RunAsync(string path, ulong until)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet") start.ArgumentList.Add(typeof(KilledProcessTests).Assembly.Location);
        foreach (var argument in (string[])["-explicit", "only", "-method", $"*{nameof(Writer_for_the_test_above)}"]) start.ArgumentList.Add(argument);
        start.Environment[Variable] = path;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var told = 0ul;
        var output = new List<string>();
        try
        {
            while (told < until && await process.StandardOutput.ReadLineAsync(patience.Token) is { } line) Hear(line);
        }
        finally
        {
            process.Kill();
        }

        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line) Hear(line);
        await process.WaitForExitAsync(patience.Token);
        Assert.True(told >= until, $"The writer ended by itself: {string.Join('\n', output)}");
        return told;

        void Hear(string line)
        {
            if (line.StartsWith("flushed ", StringComparison.Ordinal) && ulong.TryParse(line.AsSpan(8), CultureInfo.InvariantCulture, out var index)) told = index;
            else output.Add(line);
        }
    }
}
