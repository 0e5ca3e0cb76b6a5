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

    /// <summary>Resident memory once everything is collected that can be, bytes.</summary>
    public long Memory
    {
        get
        {
            Do("settle", 0);
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Runs a peer in this process: says where it listens, or does what it is told.</summary>
    public static async Task RunAsync(IPeer peer, string[] arguments)
    {
        switch (arguments)
        {
            case []:
                Console.WriteLine(await peer.ListenAsync("127.0.0.1"));
                break;
            case ["--at", var ip]:
                Console.WriteLine(await peer.ListenAsync(ip));
                break;
            case ["--through", var relay]:
                Console.WriteLine(await peer.ListenThroughAsync(relay));
                break;
            default:
                await peer.DialAsync(arguments[0]);
                break;
        }

        while (Console.ReadLine() is { } line)
        {
            var (what, count) = (line.Split(' ')[0], long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
            var began = Stopwatch.GetTimestamp();
            double[] each = [];
            if (what == "bulk") await peer.BulkAsync(count);
            else if (what == "echo") each = await peer.EchoAsync((int)count);
            else if (what == "open") await peer.OpenAsync((int)count);
            else if (what == "idle") await peer.IdleAsync((int)count);
            else await SettleAsync();
            double[] all = [Stopwatch.GetElapsedTime(began).TotalSeconds, .. each.Order()];
            Console.WriteLine(string.Join(' ', all.Select(seconds => seconds.ToString(CultureInfo.InvariantCulture))));
        }
    }

    private static async Task SettleAsync()
    {
        // What ends a moment after a handshake, identify above all, gets its moment.
        await Task.Delay(2000);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
    }

    public string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended.");

    /// <summary>Has it do something; returns how many seconds that took.</summary>
    public double Do(string what, long count) => Take(what, count)[0];

    /// <summary>Has it do something; returns how many seconds that took, and each part of it, the shortest first.</summary>
    public double[] Take(string what, long count)
    {
        _process.StandardInput.WriteLine($"{what} {count}");
        _process.StandardInput.Flush();
        return [.. ReadLine().Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
