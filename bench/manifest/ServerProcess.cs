using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Skerry.Bench.Manifest;

/// <summary>One server as a process; it can be killed and started again.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly string _program;
    private readonly string[] _arguments;
    private readonly string _log;
    private Process? _process;
    private double _cpuBefore;

    /// <param name="name">Its name.</param>
    /// <param name="client">Where etcd's clients reach it.</param>
    /// <param name="data">Its directory.</param>
    /// <param name="program">What to run.</param>
    /// <param name="arguments">With what.</param>
    public ServerProcess(string name, IPEndPoint client, string data, string program, params string[] arguments)
    {
        (Name, Client, Data, _program, _arguments, _log) = (name, client, data, program, arguments, data + ".log");
        Start();
    }

    public string Name { get; }

    public IPEndPoint Client { get; }

    public string Data { get; }

    /// <summary>User and system time used so far, in all its lives.</summary>
    public double CpuSeconds => _cpuBefore + (_process is { HasExited: false } process ? Ticks(process.Id) : 0);

    /// <summary>Resident memory, MiB.</summary>
    public double ResidentMiB
    {
        get
        {
            if (_process is not { HasExited: false } process) return 0;
            process.Refresh();
            return process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>Bytes of disk its files take, as the file system counts them.</summary>
    public long DiskBytes
    {
        get
        {
            using var du = Process.Start(new ProcessStartInfo("du", ["-s", "--block-size=1", Data]) { RedirectStandardOutput = true })!;
            var text = du.StandardOutput.ReadToEnd();
            du.WaitForExit();
            return long.Parse(text.Split('\t')[0], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The end of what it has said.</summary>
    public string LastWords => File.Exists(_log) ? string.Join('\n', File.ReadAllLines(_log).TakeLast(20)) : "";

    public void Start()
    {
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" >> " + _log + " 2>&1", _program, .. _arguments]);
        _process = Process.Start(start)!;
    }

    /// <summary>Ends it without a word.</summary>
    public void Kill()
    {
        if (_process is not { } process) return;
        if (!process.HasExited)
        {
            _cpuBefore += Ticks(process.Id);
            process.Kill();
        }

        process.WaitForExit();
        process.Dispose();
        _process = null;
    }

    public void Dispose() => Kill();

    private static double Ticks(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat");
        var after = fields[(fields.LastIndexOf(')') + 2)..].Split(' ');
        const double TicksPerSecond = 100; // USER_HZ, fixed on Linux
        return (long.Parse(after[11], CultureInfo.InvariantCulture) + long.Parse(after[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
