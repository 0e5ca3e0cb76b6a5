using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Skerry.Agent.Tests;

/// <summary>The program as a process, as a user or a service manager runs it.</summary>
internal sealed partial class SkerryProcess : IAsyncDisposable
{
    public const int SIGHUP = 1;
    public const int SIGINT = 2;
    public const int SIGKILL = 9;
    public const int SIGTERM = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SkerryProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Take(_errors, line.Data);
        _process.Exited += (_, _) => Take(_output, null);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "skerry");

    public int Id => _process.Id;

    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_gate) return [.. _output];
        }
    }

    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_gate) return [.. _errors];
        }
    }

    public static SkerryProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    public static SkerryProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new SkerryProcess(start);
    }

    /// <summary>Runs to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        var exitCode = await process.ExitAsync();
        return (exitCode, string.Join('\n', process.Output), string.Join('\n', process.Errors));
    }

    /// <summary>The first line with this text, once it is written.</summary>
    public Task<string> UntilLineAsync(string text) => UntilLinesAsync(text, 1);

    /// <summary>The last of so many lines with this text, once they are written.</summary>
    public Task<string> UntilLinesAsync(string text, int count) =>
        UntilLineAsync(lines => lines.Where(line => line.Contains(text, StringComparison.Ordinal)).ElementAtOrDefault(count - 1), $"{count} lines with '{text}'");

    /// <summary>Where the agent's API listens, once it is ready.</summary>
    public async Task<IPEndPoint> UntilReadyAsync() =>
        IPEndPoint.Parse(ApiAddress().Match(await UntilLineAsync("Ready: HTTP API at")).Groups[1].Value);

    public void Signal(int number)
    {
        if (Kill(_process.Id, number) != 0) throw new InvalidOperationException($"Signal {number} could not be sent to process {_process.Id}.");
    }

    /// <param name="patience">How long that may take; null: a minute.</param>
    public async Task<int> ExitAsync(TimeSpan? patience = null)
    {
        using var timeout = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process did not end within {patience ?? Patience}. It said:\n{string.Join('\n', Output.Concat(Errors))}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> UntilLineAsync(Func<IEnumerable<string>, string?> find, string expected)
    {
        var timeout = Task.Delay(Patience); // a poll's bound
        while (true)
        {
            Task news;
            bool ended;
            lock (_gate)
            {
                news = _news.Task;
                ended = _process.HasExited;
                if (find(_output.Concat(_errors)) is { } line) return line;
            }

            if (timeout.IsCompleted || ended) throw new TimeoutException($"Expected {expected}. It said:\n{string.Join('\n', Output.Concat(Errors))}");
            await Task.WhenAny(news, timeout);
        }
    }

    private void Take(List<string> lines, string? line)
    {
        TaskCompletionSource news;
        lock (_gate)
        {
            if (line is not null) lines.Add(line);
            news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        news.SetResult();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    [GeneratedRegex(@"HTTP API at http://([^ ,]+)")]
    private static partial Regex ApiAddress();
}
