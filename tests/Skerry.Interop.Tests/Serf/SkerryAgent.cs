using System.Diagnostics;
using System.Net;
using System.Text;

namespace Skerry.Interop.Tests.Serf;

/// <summary><c>skerry agent</c> as a process, with the local profile and no data of its own.</summary>
internal sealed class SkerryAgent : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _file;
    private readonly StringBuilder _log = new();

    private SkerryAgent(Process process, string file, IPEndPoint address)
    {
        _process = process;
        _file = file;
        Address = address;
    }

    public IPEndPoint Address { get; }

    public string Log { get { lock (_log) return _log.ToString(); } }

    /// <summary>Starts an agent that joins <paramref name="join"/> by itself.</summary>
    public static SkerryAgent Start(string name, IPEndPoint address, IPEndPoint join, string? key)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, $$"""
            node: { name: {{name}} }
            gossip: { bind: '{{address}}', profile: local, join: ['{{join}}']{{(key is null ? "" : $", encryptKeys: ['{key}']")}} }
            api: { address: '{{address.Address}}:0' }
            """);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "skerry"), ["agent", "--config", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        var agent = new SkerryAgent(process, file, address);
        process.OutputDataReceived += (_, line) => agent.Observe(line.Data);
        process.ErrorDataReceived += (_, line) => agent.Observe(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return agent;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
        File.Delete(_file);
    }

    private void Observe(string? line)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
    }
}
