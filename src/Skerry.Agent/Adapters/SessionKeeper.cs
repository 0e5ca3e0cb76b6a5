using System.Collections.Frozen;

using Microsoft.Extensions.Logging;

using Skerry.Catalog;
using Skerry.Manifest;

namespace Skerry.Agent.Adapters;

/// <summary>
/// Ends the group's sessions whose node or checks have failed, as the catalog has it, which has membership's word on nodes. The group's leader does it; a new leader begins with its own
/// catalog, which every node has whole.
/// </summary>
/// <param name="manifest">The sessions.</param>
/// <param name="catalog">The nodes and their checks.</param>
/// <param name="time">Clock and timers.</param>
/// <param name="logger">For those that end.</param>
internal sealed class SessionKeeper(ManifestNode manifest, ServiceCatalog catalog, TimeProvider time, ILogger logger)
{
    /// <summary>Between two looks, however quickly the catalog changes.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How often to see who leads, and to ask again where the group did not answer.</summary>
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    private readonly SessionJudge _judge = new();
    private readonly long _began = time.GetTimestamp();

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (!manifest.Log.IsLeader)
            {
                _judge.Forget();
                await Task.Delay(Often, time, cancellation);
                continue;
            }

            var seen = catalog.Current;
            var (index, sessions) = manifest.Sessions;
            var next = await LookAsync(sessions, seen, cancellation);
            await Task.Delay(Pause, time, cancellation);
            await WaitAsync(index, seen, next, cancellation);
        }
    }

    /// <returns>When to look again though nothing has changed.</returns>
    private async Task<TimeSpan?> LookAsync(IReadOnlyList<ManifestSession> sessions, CatalogSnapshot snapshot, CancellationToken cancellation)
    {
        var known = new Dictionary<string, IReadOnlyDictionary<string, CheckStatus>?>(StringComparer.Ordinal);
        var (ended, next) = _judge.Judge(sessions, ChecksOf, time.GetElapsedTime(_began));
        if (ended.Count == 0) return next;
        foreach (var (session, reason) in ended) AgentLog.SessionEnds(logger, session.Id, session.Name, reason);
        var result = await manifest.EndSessionsAsync([.. ended.Select(pair => pair.Session.Id)], cancellation);
        if (!result.IsDone) AgentLog.SessionsNotEnded(logger, ended.Count, result.Error);
        return next;

        IReadOnlyDictionary<string, CheckStatus>? ChecksOf(string node)
        {
            if (known.TryGetValue(node, out var checks)) return checks;
            checks = snapshot.Nodes.ContainsKey(node) ? snapshot.ChecksOn(node).ToFrozenDictionary(check => check.Definition.Id, check => check.Status, StringComparer.Ordinal) : null;
            known.Add(node, checks);
            return checks;
        }
    }

    /// <summary>Until sessions or the catalog change, it is time, or leadership may have moved.</summary>
    private async Task WaitAsync(long index, CatalogSnapshot seen, TimeSpan? next, CancellationToken cancellation)
    {
        var left = next is { } due ? due - time.GetElapsedTime(_began) : Often;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] news =
        [
            manifest.SessionsChangedAsync(index, over.Token), catalog.NextAsync(seen, over.Token),
            Task.Delay(left < TimeSpan.Zero ? TimeSpan.Zero : left < Often ? left : Often, time, over.Token),
        ];
        await Task.WhenAny(news);
        await over.CancelAsync();
        await Task.WhenAll(news).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }
}
