using System.Diagnostics;

namespace Skerry.Lab.Fabric;

/// <summary>A program on a lab's machine, with the lines it has printed.</summary>
internal sealed class LabProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _name;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LabProcess(string name, Process process)
    {
        (_name, _process) = (name, process);
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Told of each line, before those who wait for it.</summary>
    public Action<string>? LineTaken { get; init; }

    /// <summary>What it has printed so far, both streams in one.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate) return [.. _lines];
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program on a machine.</summary>
    public static LabProcess Start(LabHost host, string program, IEnumerable<string> arguments, Action<string>? lineTaken = null) =>
        new(host.Name, host.Network.Start(program, arguments, Environment)) { LineTaken = lineTaken };

    /// <summary>Writes a line to its input.</summary>
    public void Write(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>The first line, from a place in <see cref="Lines"/> on, that says so.</summary>
    public async Task<string> UntilLineAsync(string text, int from = 0)
    {
        var limit = Task.Delay(Patience); // a wait's bound
        while (true)
        {
            Task news;
            lock (_gate)
            {
                news = _news.Task;
                if (_lines.Skip(from).FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found) return found;
            }

            if (limit.IsCompleted || HasExited) throw new TimeoutException($"Expected of {_name} a line with '{text}'.\n{Tail()}");
            await Task.WhenAny(news, limit);
        }
    }

    /// <summary>Ends it without a word, as kill -9 does.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>The end of what it printed, for a failed test.</summary>
    public string Tail()
    {
        lock (_gate) return $"{_name} said at last:\n  {string.Join("\n  ", _lines.TakeLast(40))}";
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    /// <summary>A dozen runtimes on a few cores: each with one heap, and nothing that waits to be diagnosed.</summary>
    private static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_GCHeapCount"] = "1",
        ["DOTNET_EnableDiagnostics"] = "0",
        ["DOTNET_TieredPGO"] = "0",
    };

    private void Take(string? line)
    {
        TaskCompletionSource news;
        lock (_gate)
        {
            if (line is not null) _lines.Add(line);
            news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (line is not null) LineTaken?.Invoke(line);
        news.TrySetResult();
    }
}
