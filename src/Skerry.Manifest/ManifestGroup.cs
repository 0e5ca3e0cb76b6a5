using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using Skerry.Manifest.Driver;
using Skerry.Manifest.Driver.Group;
using Skerry.Manifest.Wire;
using Skerry.Primitives;
using Skerry.Raft;
using Skerry.Storage;

namespace Skerry.Manifest;

/// <summary>
/// A node's part in what its group agrees on: consensus on its disk, the state machine, the way to the leader. The first servers found the group once as many are
/// there as they expect; whoever comes later is added by the leader, and gets a vote when it has caught up.
/// </summary>
public sealed class ManifestGroup : IAsyncDisposable
{
    /// <summary>Some heartbeats, and less than the shortest election time-out.</summary>
    private static readonly TimeSpan HeardLately = TimeSpan.FromMilliseconds(300);

    private readonly ManifestGroupOptions _options;
    private readonly IGroupDirectory _directory;
    private readonly DiskDirectory _disk;
    private readonly RaftNode _raft;
    private readonly GroupPeers _peers;
    private readonly Founder _founder;
    private readonly GroupServing _serving;
    private readonly GroupLog _log;
    private readonly MemberDesk _desk;
    private readonly GroupMembers _members;
    private readonly Recoverer _recoverer;
    private readonly BackgroundTasks _tasks = new();

    private ManifestGroup(
        ManifestGroupOptions options, string path, DiskDirectory disk, RaftNode raft, ManifestNode manifest, GroupLog log, GroupPeers peers, IGroupDirectory directory,
        IGroupTransport transport, TimeProvider time, ILogger logger)
    {
        (_options, _disk, _raft, Manifest, _log, _peers, _directory) = (options, disk, raft, manifest, log, peers, directory);
        _founder = new Founder(options, raft, directory, _peers, new FoundingFile(Path.Combine(path, "founding")), time, logger) { Joined = Announce };
        _serving = new GroupServing(transport, AnswerAsync, log.Accept, logger);
        var pins = new MemberPins(Manifest);
        var autopilot = new Autopilot(options, raft, directory, _peers, () => _founder.Cluster, Manifest, pins, time, logger);
        _desk = new MemberDesk(raft, directory, _peers, pins, () => _founder.Cluster);
        _members = new GroupMembers(raft, Manifest, directory, _peers, _desk, autopilot.SoundFor, RecoverAsync, IsUnsafe, time);
        _recoverer = new Recoverer(raft, _founder, directory, _peers, logger);
        log.Start(raft);
        Announce();
        _serving.Start();
        _tasks.Launch(_founder.RunAsync);
        _tasks.Launch(autopilot.RunAsync);
        _tasks.Launch(new StateWatch(raft, manifest, peers, time).RunAsync);
    }

    /// <summary>Answers requests.</summary>
    public ManifestNode Manifest { get; }

    /// <summary>How this node sees consensus now.</summary>
    public RaftStatus Status => _raft.Status;

    /// <summary>Whether this node acknowledges what it has not flushed: <see cref="ManifestGroupOptions.UnsafeNoFsync"/>.</summary>
    public bool IsUnsafe => _options.UnsafeNoFsync;

    /// <summary>The number of the group's founding; 0: this node belongs to none yet.</summary>
    public ulong Cluster => _founder.Cluster;

    /// <summary>The members of the group.</summary>
    public IManifestGroup Members => _members;

    /// <summary>Opens the directory and takes part.</summary>
    /// <param name="options">How.</param>
    /// <param name="path">The directory of this node's manifest; made when it is not there.</param>
    /// <param name="directory">Who else takes part.</param>
    /// <param name="transport">The way to them; it stays the caller's.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="meters">For counters.</param>
    /// <param name="loggers">For the log.</param>
    /// <exception cref="StorageException">The directory is damaged, or another node's or group's, or the disk refuses.</exception>
    public static async Task<ManifestGroup> StartAsync(
        ManifestGroupOptions options, string path, IGroupDirectory directory, IGroupTransport transport, TimeProvider time, IMeterFactory meters, ILoggerFactory loggers)
    {
        var disk = DiskDirectory.Open(Path.Combine(path, "log"), options.UnsafeNoFsync);
        if (options.UnsafeNoFsync) ManifestLog.UnsafeNoFsync(loggers.CreateLogger("Skerry.Manifest"), path);
        RaftNode? raft = null;
        var manifest = new ManifestNode(options.Manifest, time, meters, loggers);
        var peers = new GroupPeers(transport, time);
        var log = new GroupLog(manifest, options.Raft.Group, peers, RaftReadMode.Quorum);
        try
        {
            raft = await RaftNode.StartAsync(options.Raft, log, transport, disk, time, loggers, meters).ConfigureAwait(false);
            return new ManifestGroup(options, path, disk, raft, manifest, log, peers, directory, transport, time, loggers.CreateLogger("Skerry.Manifest"));
        }
        catch
        {
            if (raft is not null) await raft.DisposeAsync().ConfigureAwait(false);
            await peers.DisposeAsync().ConfigureAwait(false);
            await manifest.DisposeAsync().ConfigureAwait(false);
            disk.Dispose();
            throw;
        }
    }

    /// <summary>Before this node stops: if it leads, has the voter take over that is furthest and was heard last, so that no election is needed. Failing does no harm.</summary>
    public async Task HandOverAsync(CancellationToken cancellation)
    {
        var status = _raft.Status;
        if (!status.IsLeader) return;
        var heirs = status.Members.Where(member => member.Role == RaftMemberRole.Voter && member.Id != status.Id && member.Silence < HeardLately);
        if (heirs.OrderByDescending(member => member.Match).FirstOrDefault() is { } heir) await _raft.TransferLeadershipAsync(heir.Id, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _tasks.DisposeAsync().ConfigureAwait(false);
        await _serving.DisposeAsync().ConfigureAwait(false);
        await _peers.DisposeAsync().ConfigureAwait(false);
        await _raft.DisposeAsync().ConfigureAwait(false);
        await Manifest.DisposeAsync().ConfigureAwait(false);
        _disk.Dispose();
    }

    private async Task<GroupRecovery> RecoverAsync(IReadOnlyCollection<string> lost, bool isConfirmed, CancellationToken cancellation)
    {
        var outcome = await _recoverer.RunAsync(lost, isConfirmed, cancellation).ConfigureAwait(false);
        if (isConfirmed && outcome.Refusal == RecoveryRefusal.None) Announce();
        return outcome;
    }

    private void Announce() => _directory.Announce(new GroupServer(
        _options.Raft.Node, _raft.Id, _options.Role, _options.BootstrapExpect, _founder.Cluster, _options.ClientUrl, IsAlive: true));

    private async Task<GroupAnswer> AnswerAsync(string from, GroupRequest request, CancellationToken stopping)
    {
        switch (request.WhatCase)
        {
            case GroupRequest.WhatOneofCase.Member: return new GroupAnswer { Error = (uint)await _desk.DoAsync(request.Member, stopping).ConfigureAwait(false) };
            case GroupRequest.WhatOneofCase.Report: return new GroupAnswer { Report = _members.Report() };
            case GroupRequest.WhatOneofCase.State: return new GroupAnswer { State = (uint)StateWatch.Answer(Manifest, from, request.State) };
        }

        var before = _founder.Cluster;
        var answer = _founder.Answer(from, request);
        if (_founder.Cluster != before) Announce();
        return new GroupAnswer { Founding = (uint)answer };
    }
}
