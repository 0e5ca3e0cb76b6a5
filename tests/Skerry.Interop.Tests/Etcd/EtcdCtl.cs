using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Skerry.Interop.Tests.Etcd;

/// <summary>Debian's <c>etcdctl</c>.</summary>
internal sealed class EtcdCtl : IAsyncDisposable
{
    // A check of performance alone takes a minute.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(150);
    private readonly Process _process;

    private EtcdCtl(Process process) => _process = process;

    /// <summary>Starts a command that goes on until it is stopped.</summary>
    public static EtcdCtl Start(string address, params string[] arguments)
    {
        var start = new ProcessStartInfo("etcdctl", ["--endpoints", address, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
            Environment = { ["ETCDCTL_API"] = "3" },
        };
        try
        {
            return new EtcdCtl(Process.Start(start)!);
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("These tests meet Debian's etcdctl: apt-get install etcd-client, or run ./eng/test, which does.", missing);
        }
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<Answer> RunAsync(string address, string? input, params string[] arguments)
    {
        await using var running = Start(address, arguments);
        var process = running._process;
        using var limit = new CancellationTokenSource(Limit);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new Answer(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"etcdctl {string.Join(' ', arguments)} did not end within {Limit.TotalSeconds} s");
        }
    }

    /// <summary>The next lines of its output.</summary>
    public async Task<string[]> LinesAsync(int count)
    {
        using var limit = new CancellationTokenSource(Limit);
        var lines = new List<string>();
        try
        {
            while (lines.Count < count) lines.Add(await _process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new EndOfStreamException("etcdctl ended: " + await _process.StandardError.ReadToEndAsync()));
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"etcdctl said {lines.Count} of {count} lines within {Limit.TotalSeconds} s: {string.Join(" | ", lines)}");
        }

        return [.. lines];
    }

    public Task SayAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Ends it as Ctrl-C does.</summary>
    public async Task<int> InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public sealed record Answer(int ExitCode, string Output, string Error)
    {
        public override string ToString() => $"exit code {ExitCode}\n{Output}{Error}";
    }
}
