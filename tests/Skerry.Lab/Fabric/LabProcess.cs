using System.Diagnostics;

namespace Skerry.Lab.Fabric;

/// <summary>A program on a lab's machine, with the lines it has printed.</summary>
internal sealed class LabProcess : IAsyncDisposable
{
    private const int LinesKept = 40;

    /// <summary>Many runtimes on a few cores: each with one heap, and nothing that waits to be diagnosed.</summary>
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_GCHeapCount"] = "1",
        ["DOTNET_EnableDiagnostics"] = "0",
        ["DOTNET_TieredPGO"] = "0",
    };

    private readonly Process _process;
    private readonly string _name;
    private readonly Func<string, bool> _take;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];

    private LabProcess(string name, Process process, Func<string, bool> take)
    {
        (_name, _process, _take) = (name, process, take);
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program on a machine.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="program">Its file.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="take">Told of each line it prints; true: it has no place in <see cref="Tail"/>.</param>
    /// <param name="variables">Of its environment, beside what all have.</param>
    public static LabProcess Start(LabHost host, string program, IEnumerable<string> arguments, Func<string, bool>? take = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        var environment = new Dictionary<string, string>(Environment);
        foreach (var (name, value) in variables ?? new Dictionary<string, string>()) environment[name] = value;
        return new LabProcess(host.Name, host.Network.Start(program, arguments, environment), take ?? (_ => false));
    }

    /// <summary>Writes a line to its input.</summary>
    public void Write(string line)
    {
        lock (_gate)
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
    }

    /// <summary>Ends it without a word, as kill -9 does.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends it a signal, by its number on Linux.</summary>
    public void Signal(int number) => _ = Libc.Kill(_process.Id, number);

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Waits for it to end by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    /// <summary>The end of what it printed, for a failed test.</summary>
    public string Tail()
    {
        lock (_gate) return $"{_name} said at last:\n  {string.Join("\n  ", _lines)}";
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null || _take(line)) return;
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesKept) _lines.Dequeue();
        }
    }
}
