using System.Security.Cryptography;

using Microsoft.Extensions.Logging;

using Skerry.Manifest.Core.Founding;
using Skerry.Manifest.Wire;
using Skerry.Raft;
using Skerry.Storage;

namespace Skerry.Manifest.Driver.Group;

/// <summary>Brings a new node into its group: founds it with others, or waits to be welcomed.</summary>
/// <param name="options">How many are to be there.</param>
/// <param name="raft">Is founded.</param>
/// <param name="directory">Who is there.</param>
/// <param name="peers">The way to them.</param>
/// <param name="file">What was promised.</param>
/// <param name="time">For pauses.</param>
/// <param name="logger">Tells the story.</param>
internal sealed class Founder(ManifestGroupOptions options, RaftNode raft, IGroupDirectory directory, GroupPeers peers, FoundingFile file, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly FoundingCore _core = new(new RaftFounder(raft.Id, options.Raft.Node), options.BootstrapExpect, file.Read(raft.Status.LastIndex > 0));
    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();

    /// <summary>Told when this node belongs to a group, or does so from the start.</summary>
    public required Action Joined { get; init; }

    /// <summary>The group's number; 0: none yet.</summary>
    public ulong Cluster
    {
        get { lock (_gate) return _core.Record.Cluster; }
    }

    /// <summary>What another node asks.</summary>
    /// <exception cref="StorageException">The disk refuses: there is no answer.</exception>
    public FoundingAnswer Answer(string from, GroupRequest request)
    {
        var plan = request.WhatCase switch
        {
            GroupRequest.WhatOneofCase.Prepare => request.Prepare,
            GroupRequest.WhatOneofCase.Commit => request.Commit,
            GroupRequest.WhatOneofCase.Abort => request.Abort,
            GroupRequest.WhatOneofCase.Look => request.Look,
            _ => null,
        };
        if (request.WhatCase == GroupRequest.WhatOneofCase.Welcome) return Change(core => core.Welcome(request.Welcome));
        if (plan is null || !FoundingCodec.TryRead(plan, out var read)) return FoundingAnswer.No;
        return Change(core => request.WhatCase switch
        {
            GroupRequest.WhatOneofCase.Prepare => core.Prepare(read, from),
            GroupRequest.WhatOneofCase.Commit => core.Commit(read, from),
            GroupRequest.WhatOneofCase.Abort => core.Abort(read, from),
            _ => core.Look(read),
        });
    }

    /// <summary>Until this node belongs to a group, and those that founded it with this one know so.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!await TryStepAsync(stopping).ConfigureAwait(false)) await Task.Delay(Pause, time, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <summary>The group is founded anew, by this node alone.</summary>
    /// <returns>What stood before, for <see cref="TakeBack"/>.</returns>
    /// <exception cref="StorageException">The disk refuses: nothing has changed.</exception>
    public FoundingRecord Recover()
    {
        lock (_gate)
        {
            var before = _core.Record;
            Change(core => core.Recover(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1));
            return before;
        }
    }

    /// <summary>It was not: what stood before stands again.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void TakeBack(FoundingRecord before) => Change(core => core.Forget(before));

    private async Task<bool> TryStepAsync(CancellationToken stopping)
    {
        try
        {
            return await StepAsync(stopping).ConfigureAwait(false);
        }
        catch (StorageException refused)
        {
            ManifestLog.FoundingNotWritten(logger, options.Raft.Group, refused.Message);
            return false;
        }
    }

    private async Task<bool> StepAsync(CancellationToken stopping)
    {
        FoundingPlan? deciding, awaited, plan;
        ulong cluster;
        lock (_gate) (deciding, awaited, plan, cluster) = (_core.Deciding, _core.Awaited, _core.Record.Plan, _core.Record.Cluster);
        if (cluster != 0) return await EnterAsync(plan!, stopping).ConfigureAwait(false);
        if (deciding is not null) await DecideAsync(deciding, stopping).ConfigureAwait(false);
        else if (awaited is not null) await LookAsync(awaited, stopping).ConfigureAwait(false);
        else if (time.GetElapsedTime(_start) >= options.Settling) Plan();
        return false;
    }

    /// <summary>It is decided: this node begins, and the coordinator sees to it that all do.</summary>
    private async Task<bool> EnterAsync(FoundingPlan plan, CancellationToken stopping)
    {
        // A founder that has lost its log has another id: to the group it is a new disk.
        if (plan.Includes(raft.Id))
        {
            if (await raft.FoundAsync(plan.Founders, stopping).ConfigureAwait(false) == RaftError.None) ManifestLog.Founded(logger, options.Raft.Group, Names(plan));
        }

        Joined();
        if (plan.Founders.Count == 0 || plan.Coordinator.Id != raft.Id) return true;
        var told = await AskAllAsync(plan, founding => new GroupRequest { Commit = founding }, stopping).ConfigureAwait(false);
        return told.All(answer => answer == FoundingAnswer.Yes);
    }

    private void Plan()
    {
        if (options.Role != GroupRole.Server) return;
        var isPlanned = Change(core => core.TryPlan(directory.Servers, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1));
        if (isPlanned) ManifestLog.Founding(logger, options.Raft.Group, Names(_core.Record.Plan!));
    }

    private async Task DecideAsync(FoundingPlan plan, CancellationToken stopping)
    {
        var answers = await AskAllAsync(plan, founding => new GroupRequest { Prepare = founding }, stopping).ConfigureAwait(false);
        if (answers.All(answer => answer == FoundingAnswer.Yes))
        {
            Change(core => core.Decide(plan));
            return;
        }

        // Who is silent may come back, unless membership says that it is gone.
        var isGone = plan.Founders.Any(founder => !directory.Servers.Any(server => server.Id == founder.Id && server.IsAlive));
        if (!isGone && !answers.Contains(FoundingAnswer.No)) return;
        Change(core => core.GiveUp(plan));
        ManifestLog.FoundingGivenUp(logger, options.Raft.Group, Names(plan));
        await AskAllAsync(plan, founding => new GroupRequest { Abort = founding }, stopping).ConfigureAwait(false);
    }

    private async Task LookAsync(FoundingPlan plan, CancellationToken stopping)
    {
        var answer = await peers.AskAsync(plan.Coordinator.Node, new GroupRequest { Look = FoundingCodec.ToMessage(plan) }, stopping).ConfigureAwait(false);
        if (answer is { } known) Change(core => core.Looked(plan, known));
    }

    private Task<FoundingAnswer?[]> AskAllAsync(FoundingPlan plan, Func<FoundingMessage, GroupRequest> ask, CancellationToken stopping) =>
        Task.WhenAll(plan.Founders.Where(founder => founder.Id != raft.Id).Select(founder => peers.AskAsync(founder.Node, ask(FoundingCodec.ToMessage(plan)), stopping)));

    private void Change(Action<FoundingCore> change) => Change(core =>
    {
        change(core);
        return true;
    });

    /// <summary>What has changed is on disk before anybody hears of it.</summary>
    /// <exception cref="StorageException">The disk refuses: nothing has changed.</exception>
    private T Change<T>(Func<FoundingCore, T> change)
    {
        lock (_gate)
        {
            var before = _core.Record;
            var result = change(_core);
            if (_core.Record == before) return result;
            try
            {
                file.Write(_core.Record);
            }
            catch (StorageException)
            {
                // What is not on disk has not happened.
                _core.Forget(before);
                throw;
            }

            return result;
        }
    }

    private static string Names(FoundingPlan plan) => string.Join(", ", plan.Founders.Select(founder => founder.Node));
}
