using Microsoft.Extensions.Logging;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.Composition;

/// <summary>
/// The configuration in effect, and how another takes its place: read and checked whole, then applied; on any error the old one stays.
/// </summary>
/// <param name="file">Where it is written.</param>
/// <param name="started">What the parts were started with.</param>
/// <param name="logger">For the outcome.</param>
internal sealed class ConfigurationReloader(ConfigurationFile file, LoadedConfiguration started, ILogger logger) : IDisposable
{
    private readonly LoadedConfiguration _started = started;
    private readonly SemaphoreSlim _one = new(1);
    private volatile LoadedConfiguration _current = started;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is in effect; keys that wait for a restart have their old values in the parts, and their new ones here.</summary>
    public LoadedConfiguration Current => _current;

    /// <summary>Ends when another configuration takes effect.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Puts a checked configuration into effect; what can fail comes first, so that a failure changes nothing.</summary>
    public Func<LoadedConfiguration, CancellationToken, Task> Apply { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Whether a key is the group's to say, and the file's change of it not in effect.</summary>
    public Func<string, bool> IsOverruled { get; set; } = _ => false;

    /// <summary>Reads the file again.</summary>
    /// <param name="cause">Why, for the log.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ConfigurationRefusedException">The file has errors.</exception>
    /// <exception cref="CommandLine.CommandFailedException">A part could not take it.</exception>
    public async Task ReloadAsync(string cause, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var fresh = file.Load();
            var effective = ConfigurationChange.Between(_current.Model, fresh.Model).Where(change => change.IsReloadable).Select(change => change.Path)
                .Concat(MeshSecrets.Changes(_current.Mesh, fresh.Mesh)).ToList();
            // Against what the parts were started with: what waits for a restart is named each time until there is one, and not once it was taken back.
            var waiting = ConfigurationChange.Between(_started.Model, fresh.Model).Where(change => !change.IsReloadable).Select(change => change.Path).ToList();
            if (effective.Count > 0) await Apply(fresh, cancellation);
            effective.RemoveAll(key => IsOverruled(key));
            _current = fresh;
            Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            if (effective.Count > 0) AgentLog.Reloaded(logger, cause, string.Join(", ", effective));
            else AgentLog.Unchanged(logger, cause);
            if (waiting.Count > 0) AgentLog.RestartNeeded(logger, string.Join(", ", waiting));
        }
        catch (Exception refused) when (refused is ConfigurationRefusedException or CommandLine.CommandFailedException)
        {
            foreach (var line in refused.Message.Split('\n')) AgentLog.ReloadRefused(logger, cause, line);
            throw;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The same where nobody waits for the answer; the log has it.</summary>
    public async Task TryReloadAsync(string cause, CancellationToken cancellation)
    {
        try
        {
            await ReloadAsync(cause, cancellation);
        }
        catch (Exception refused) when (refused is ConfigurationRefusedException or CommandLine.CommandFailedException)
        {
            // Logged where it happened.
        }
    }

    public void Dispose() => _one.Dispose();
}
