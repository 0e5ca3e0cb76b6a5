using System.Diagnostics;
using System.Runtime.InteropServices;

using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Composition;

/// <summary>SIGTERM and SIGINT: the first asks, the second ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>One press of Ctrl+C may come twice, from the terminal and from a parent that passes it on; nobody presses as fast.</summary>
    private static readonly TimeSpan Echo = TimeSpan.FromMilliseconds(250);

    private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private long _firstAt = Stopwatch.GetTimestamp();

    public StopSignals()
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, "SIGTERM", 15));
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, "SIGINT", 2));
    }

    /// <summary>Ends with the name of the first signal.</summary>
    public Task<string> First => _first.Task;

    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
    }

    private void OnSignal(PosixSignalContext context, string name, int number)
    {
        context.Cancel = true;
        var now = Stopwatch.GetTimestamp();
        if (_first.TrySetResult(name)) _firstAt = now;
        else if (Stopwatch.GetElapsedTime(_firstAt, now) > Echo) Environment.Exit(ExitCode.Signal + number);
    }
}
