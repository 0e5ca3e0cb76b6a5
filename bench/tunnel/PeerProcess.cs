using System.Diagnostics;
using System.Globalization;

namespace Skerry.Bench.Tunnel;

/// <summary>A peer in a process of its own, told what to do by lines.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    public PeerProcess(IEnumerable<string> command)
    {
        var words = command.ToArray();
        _process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Runs a peer in this process: says where it listens, or does what it is told.</summary>
    public static async Task RunAsync(IPeer peer, string? address)
    {
        if (address is null) Console.WriteLine(await peer.ListenAsync());
        else await peer.DialAsync(address);
        while (Console.ReadLine() is { } line)
        {
            var (what, count) = (line.Split(' ')[0], long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
            var began = Stopwatch.GetTimestamp();
            await (what switch
            {
                "bulk" => peer.BulkAsync(count),
                "echo" => peer.EchoAsync((int)count),
                _ => peer.OpenAsync((int)count),
            });
            Console.WriteLine(Stopwatch.GetElapsedTime(began).TotalSeconds.ToString(CultureInfo.InvariantCulture));
        }
    }

    public string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended.");

    /// <summary>Has it do something; returns how many seconds that took.</summary>
    public double Do(string what, long count)
    {
        _process.StandardInput.WriteLine($"{what} {count}");
        _process.StandardInput.Flush();
        return double.Parse(ReadLine(), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
