using System.Runtime.InteropServices;

using Skerry.Agent.CommandLine;
using Skerry.Agent.Configuration;
using Skerry.Agent.Logging;

namespace Skerry.Agent.Composition;

/// <summary>An agent as a process: signals, log, configuration file around an <see cref="AgentHost"/>.</summary>
internal static class AgentProcess
{
    /// <summary>Runs until a signal, a request through the API, or the failure of a part; returns the exit code.</summary>
    /// <exception cref="ConfigurationRefusedException">The configuration has errors; nothing was started.</exception>
    /// <exception cref="CommandFailedException">A part could not start; nothing is left running.</exception>
    public static async Task<int> RunAsync(ConfigurationFile file, Terminal terminal, CancellationToken cancellation)
    {
        var configuration = file.Load();
        using var data = DataDirectory.Open(configuration.Model.DataDirectory);
        await using var log = new LogBook(terminal.Output, terminal.IsInteractive, configuration.Model.Log.Level, configuration.Model.Log.Format, TimeProvider.System);
        using var signals = new StopSignals();
        await using var host = new AgentHost(file, configuration, data, log, TimeProvider.System);
        await host.StartAsync(cancellation);
        ServiceNotifier.Ready();

        using var running = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = host.Reloader.TryReloadAsync("SIGHUP", CancellationToken.None);
        });
        var watching = WatchFileAsync(host, file, configuration.Text, running.Token);
        var cancelled = Task.Delay(Timeout.Infinite, running.Token);
        var first = await Task.WhenAny(signals.First, host.StopRequested, host.Watching, cancelled);

        ServiceNotifier.Stopping();
        var broken = first == host.Watching ? host.Watching.Exception?.GetBaseException().Message ?? "membership" : null;
        if (broken is not null) AgentLog.Broken(host.Logger, broken);
        await running.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(first is Task<string> reasoned ? await reasoned : broken ?? "Cancelled");
        return broken is null ? ExitCode.Success : ExitCode.Failed;
    }

    private static async Task WatchFileAsync(AgentHost host, ConfigurationFile file, string text, CancellationToken cancellation)
    {
        if (file.Path is null) return;
        using var watcher = new ConfigurationWatcher(file.Path);
        await watcher.RunAsync(text, () => host.Reloader.TryReloadAsync("the file changed", cancellation), TimeProvider.System, cancellation);
    }
}
