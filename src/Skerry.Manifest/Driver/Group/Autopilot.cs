using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

using Skerry.Manifest.Core.Autopilot;
using Skerry.Manifest.Core.Founding;
using Skerry.Manifest.Wire;
using Skerry.Primitives;
using Skerry.Raft;

namespace Skerry.Manifest.Driver.Group;

/// <summary>On the leader: keeps the group's members those that are there.</summary>
/// <param name="options">How long, how many.</param>
/// <param name="raft">Changes members.</param>
/// <param name="directory">Who is there.</param>
/// <param name="peers">Welcomes newcomers.</param>
/// <param name="cluster">The group's number.</param>
/// <param name="manifest">Has the settings.</param>
/// <param name="pins">Whom to leave alone.</param>
/// <param name="time">For pauses.</param>
/// <param name="logger">Told of each change.</param>
internal sealed class Autopilot(
    ManifestGroupOptions options, RaftNode raft, IGroupDirectory directory, GroupPeers peers, Func<ulong> cluster, ManifestNode manifest, MemberPins pins, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly AutopilotCore _core = new(options);
    private readonly MonotonicClock _clock = new(time);
    private readonly HashSet<ulong> _strangers = [];
    private ImmutableDictionary<ulong, Instant> _soundSince = ImmutableDictionary<ulong, Instant>.Empty;

    /// <summary>How long a member has been sound without a break; null: it is not, or this node does not lead.</summary>
    public TimeSpan? SoundFor(ulong member) => Volatile.Read(ref _soundSince).TryGetValue(member, out var since) ? _clock.Now - since : null;

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                if (raft.Status.IsLeader) await LeadAsync(stopping).ConfigureAwait(false);
                else Rest();
                await Task.Delay(Pause, time, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private void Rest()
    {
        _core.Reset();
        Volatile.Write(ref _soundSince, ImmutableDictionary<ulong, Instant>.Empty);
    }

    private async Task<AutopilotRules> RulesAsync(RaftStatus status, CancellationToken stopping)
    {
        var (_, settings) = await AutopilotSettings.ReadAsync(manifest, isSerializable: true, stopping).ConfigureAwait(false);
        if (settings is not { ModRevision: > 0 }) settings = new AutopilotSettings { ServerStabilizationTime = options.Stabilization };
        return new AutopilotRules(settings, await pins.ReadAsync(stopping).ConfigureAwait(false), status.LastIndex);
    }

    private async Task LeadAsync(CancellationToken stopping)
    {
        var status = raft.Status;
        var ours = directory.Servers.Where(server => server.Cluster == cluster() || server.Id == status.Id).ToList();
        foreach (var newcomer in directory.Servers.Where(server => server is { IsAlive: true, Cluster: 0 } && server.Id != status.Id))
        {
            var request = new GroupRequest { Welcome = cluster() };
            if (await peers.AskAsync(newcomer.Node, request, stopping).ConfigureAwait(false) == FoundingAnswer.Yes) ours.Add(newcomer with { Cluster = cluster() });
        }

        foreach (var stranger in directory.Servers.Where(server => server.IsAlive && server.Cluster != 0 && server.Cluster != cluster()))
        {
            if (_strangers.Add(stranger.Id)) ManifestLog.AnotherGroup(logger, stranger.Node, options.Raft.Group);
        }

        var now = _clock.Now;
        var changes = _core.Next(status.Members, ours, status.Id, await RulesAsync(status, stopping).ConfigureAwait(false), now);
        Volatile.Write(ref _soundSince, _core.SoundSince.ToImmutableDictionary());
        if (changes.Count == 0) return;
        var error = await raft.ChangeMembersAsync([.. changes], stopping).ConfigureAwait(false);
        foreach (var change in changes)
        {
            var node = change.Node.Length > 0 ? change.Node : status.Members.FirstOrDefault(member => member.Id == change.Id)?.Node ?? "";
            if (error == RaftError.None) ManifestLog.MemberChanged(logger, change.Kind, node);
            else ManifestLog.MemberNotChanged(logger, change.Kind, node, error);
        }
    }
}
