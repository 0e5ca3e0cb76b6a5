using System.Runtime.InteropServices;

using Skerry.Agent.CommandLine;
using Skerry.Agent.Configuration;
using Skerry.Agent.Logging;

namespace Skerry.Agent.Composition;

/// <summary>An agent as a process: signals, log, configuration file around an <see cref="AgentHost"/>.</summary>
internal static class AgentProcess
{
    /// <summary>Runs until a signal, a request through the API, or the failure of a part; returns the exit code.</summary>
    /// <param name="file">What it is configured by, from now on as well.</param>
    /// <param name="configuration">What is in the file as it starts.</param>
    /// <param name="terminal">Where its log goes.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="unsafeNoFsync">See <see cref="DataDirectory.UnsafeNoFsync"/>.</param>
    /// <exception cref="CommandFailedException">A part could not start; nothing is left running.</exception>
    public static async Task<int> RunAsync(ConfigurationFile file, LoadedConfiguration configuration, Terminal terminal, CancellationToken cancellation, bool unsafeNoFsync = false)
    {
        using var data = DataDirectory.Open(configuration.Model.DataDirectory, unsafeNoFsync);
        await using var log = new LogBook(terminal.Output, terminal.IsInteractive, configuration.Model.Log.Level, configuration.Model.Log.Format, TimeProvider.System);
        using var signals = new StopSignals();
        await using var host = new AgentHost(file, configuration, data, log, TimeProvider.System);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // From the beginning: without this the signal ends the process. What comes before all parts have started waits for them.
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = ReloadAsync(host, started.Task);
        });
        await host.StartAsync(cancellation);
        started.SetResult();
        ServiceNotifier.Ready();

        using var running = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watching = Task.WhenAll(WatchFileAsync(host, file, configuration.Text, running.Token), WatchRevocationsAsync(host, running.Token));
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

    private static async Task ReloadAsync(AgentHost host, Task started)
    {
        await started;
        await host.Reloader.TryReloadAsync("SIGHUP", CancellationToken.None);
    }

    /// <summary>The list of revocations is not the configuration's file, and the one that matters most not to be late with.</summary>
    private static async Task WatchRevocationsAsync(AgentHost host, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var (changed, current) = (host.Reloader.Changed, host.Reloader.Current);
            using var other = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var watching = current.Model.RevocationFile is { } path ? WatchAsync(path, current.Mesh.Revocations.ToFile(), other.Token) : Task.CompletedTask;
            await changed.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await other.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task WatchAsync(string path, string text, CancellationToken ended)
        {
            using var watcher = new ConfigurationWatcher(path);
            // Not with the watch's own token: what is read there ends the watch.
            await watcher.RunAsync(text, () => host.Reloader.TryReloadAsync("the revocations changed", cancellation), TimeProvider.System, ended);
        }
    }

    private static async Task WatchFileAsync(AgentHost host, ConfigurationFile file, string text, CancellationToken cancellation)
    {
        if (file.Path is null) return;
        using var watcher = new ConfigurationWatcher(file.Path);
        await watcher.RunAsync(text, () => host.Reloader.TryReloadAsync("the file changed", cancellation), TimeProvider.System, cancellation);
    }
}
