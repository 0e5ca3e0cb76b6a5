using System.Diagnostics;

namespace Skerry.Agent.Demo;

/// <summary>
/// A process of the demo. It holds the reading end of a pipe whose writing end only this process has: when this one ends, however it ends, the
/// child reads the end of its input, cleans up and ends too (<see cref="ParentWatch"/>).
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private const int KeptLines = 30;

    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly Action<string> _onLine;

    /// <param name="arguments">Verb and flags.</param>
    /// <param name="onLine">Gets each line of its output.</param>
    public ChildProcess(IEnumerable<string> arguments, Action<string> onLine)
    {
        _onLine = onLine;
        _process = new Process { StartInfo = SelfProcess.StartInfo(arguments) };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Id = _process.Id;
    }

    public int Id { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Its last lines, for when it does not do what it should.</summary>
    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    /// <summary>SIGKILL: it gets no chance to say goodbye.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines) _lines.Dequeue();
        }

        _onLine(line);
    }
}
