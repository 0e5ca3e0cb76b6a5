using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Skerry.Bench.Gateway;

/// <summary>A server under load as processes on one core.</summary>
internal sealed class Proxy : IDisposable
{
    private readonly Process _process;

    public Proxy(string name, int port, int core, string program, params string[] arguments)
    {
        Name = name;
        Port = port;
        var start = new ProcessStartInfo("taskset", ["-c", core.ToString(CultureInfo.InvariantCulture), program, .. arguments]);
        _process = Process.Start(start)!;
    }

    public string Name { get; }

    public int Port { get; }

    /// <summary>User and system time of the process and its children so far, seconds.</summary>
    public double CpuSeconds => Family(_process.Id).Sum(CpuOf);

    /// <summary>Resident memory of the process and its children, MiB.</summary>
    public double ResidentMiB => Family(_process.Id).Sum(id => Process.GetProcessById(id).WorkingSet64) / 1048576.0;

    public async Task UntilListeningAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            if (_process.HasExited) throw new InvalidOperationException($"{Name} ended with exit code {_process.ExitCode} before it listened on port {Port}.");
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", Port);
                return;
            }
            catch (SocketException) when (attempt < 300)
            {
                await Task.Delay(100);
            }
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static IEnumerable<int> Family(int id)
    {
        yield return id;
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{id}/task"))
        {
            foreach (var child in File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                foreach (var member in Family(int.Parse(child, CultureInfo.InvariantCulture))) yield return member;
            }
        }
    }

    private static double CpuOf(int id)
    {
        var fields = File.ReadAllText($"/proc/{id}/stat");
        var after = fields[(fields.LastIndexOf(')') + 2)..].Split(' ');
        const double TicksPerSecond = 100; // USER_HZ, fixed on Linux
        return (long.Parse(after[11], CultureInfo.InvariantCulture) + long.Parse(after[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
