using System.Runtime.InteropServices;

using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Composition;

/// <summary>SIGTERM and SIGINT: the first asks, the second ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;

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
        if (!_first.TrySetResult(name)) Environment.Exit(ExitCode.Signal + number);
    }
}
