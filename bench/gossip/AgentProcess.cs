using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Skerry.Bench.Gossip;

/// <summary>One agent as a process, and what its log has told so far.</summary>
internal sealed class AgentProcess : IDisposable
{
    private readonly IFleet _fleet;
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _joined = [];
    private readonly Dictionary<string, long> _failedAt = [];
    private readonly Queue<string> _lastLines = new();

    public AgentProcess(IFleet fleet, string node, IPAddress address, string program, IEnumerable<string> arguments)
    {
        _fleet = fleet;
        Node = node;
        Address = address;
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Observe(line.Data);
        _process.ErrorDataReceived += (_, line) => Observe(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Node { get; }

    public IPAddress Address { get; }

    public int JoinedCount { get { lock (_gate) return _joined.Count; } }

    public string LastLines { get { lock (_gate) return string.Join('\n', _lastLines); } }

    /// <summary>User and system time used so far, seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            var fields = File.ReadAllText($"/proc/{_process.Id}/stat");
            var after = fields[(fields.LastIndexOf(')') + 2)..].Split(' ');
            const double TicksPerSecond = 100; // USER_HZ, fixed on Linux
            return (long.Parse(after[11], CultureInfo.InvariantCulture) + long.Parse(after[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>Resident memory, MiB.</summary>
    public double ResidentMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>Timestamp at which this agent held a member failed, or null.</summary>
    public long? FailedAt(string member) { lock (_gate) return _failedAt.TryGetValue(member, out var at) ? at : null; }

    /// <summary>Writes a line to its standard input.</summary>
    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void Kill() => _process.Kill(entireProcessTree: true);

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Observe(string? line)
    {
        if (line is null) return;
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (_fleet.JoinedIn(line) is { } joined) _joined.Add(joined);
            if (_fleet.FailedIn(line) is { } failed) _failedAt.TryAdd(failed, now);
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 20) _lastLines.Dequeue();
        }
    }
}
