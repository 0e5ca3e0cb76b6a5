using System.Diagnostics;
using System.Net;
using System.Text;

namespace Skerry.Interop.Tests;

/// <summary>The program <c>skerry agent</c> as users run it, on a loopback address of its own.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory;
    private readonly StringBuilder _log = new();

    private AgentProcess(Process process, string directory, IPAddress host)
    {
        _process = process;
        _directory = directory;
        Host = host;
    }

    public IPAddress Host { get; }

    /// <param name="node">Its name.</param>
    /// <param name="more">What else stands in its file, given its address.</param>
    /// <param name="join">Whom it joins, as a list.</param>
    public static async Task<AgentProcess> StartAsync(string node = "island", Func<IPAddress, string>? more = null, string join = "[]")
    {
        var directory = Directory.CreateTempSubdirectory("skerry-test-").FullName;
        var host = LoopbackHosts.Next();
        var file = Path.Combine(directory, "skerry.yaml");
        await File.WriteAllTextAsync(file, $$"""
            node: { name: {{node}} }
            dataDirectory: {{directory}}/data
            gossip: { bind: '{{host}}:7946', profile: local, join: {{join}} }
            api: { address: '{{host}}:8500' }
            {{more?.Invoke(host)}}
            """);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "skerry.dll"), "agent", "--config", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var agent = new AgentProcess(Process.Start(start)!, directory, host);
        agent._process.OutputDataReceived += (_, line) => agent.Observe(line.Data);
        agent._process.ErrorDataReceived += (_, line) => agent.Observe(line.Data);
        agent._process.BeginOutputReadLine();
        agent._process.BeginErrorReadLine();
        await agent.UntilReadyAsync();
        return agent;
    }

    /// <summary>Ends it without a word.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task UntilReadyAsync()
    {
        using var http = new HttpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            Assert.False(_process.HasExited || limit.IsCancellationRequested, $"The agent did not come up:\n{Log()}");
            try
            {
                if ((await http.GetStringAsync(new Uri($"http://{Host}:8500/healthz"), limit.Token)).Length > 0) return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20); // between two polls of the condition
            }
        }
    }

    private string Log()
    {
        lock (_log) return _log.ToString();
    }

    private void Observe(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }
}
