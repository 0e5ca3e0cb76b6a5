using System.Globalization;

using Skerry.Api.Http;
using Skerry.Manifest;

namespace Skerry.Api.Consul;

/// <summary>What Consul's reads of the manifest have in common: consistency, waiting by index, and what an answer says of itself.</summary>
internal sealed class ManifestQuery
{
    private readonly ApiCall _call;
    private readonly ManifestNode _node;

    /// <exception cref="ApiException">It asks for two consistencies, another group, or a node that has no manifest.</exception>
    public ManifestQuery(ApiCall call)
    {
        if (call.Flag("stale") && call.Flag("consistent")) throw new ApiException(400, "Cannot specify ?stale with ?consistent, conflicting semantics.");
        RequireOwnGroup(call);
        (_call, _node) = (call, call.Manifest);
    }

    /// <summary>Whether this node's state will do. Consul's default and <c>consistent</c> are one here: each proves with the group that the answer is no older than the question.</summary>
    public bool IsStale => _call.Flag("stale");

    /// <summary>Keys are this node's own group's.</summary>
    public static void RequireOwnGroup(ApiCall call)
    {
        if (call.Query("dc") is { Length: > 0 } group && group != call.Options.Group) throw new ApiException(500, "No path to datacenter");
    }

    /// <summary>Reads keys, at once or when something in their range has changed after the index that is given.</summary>
    public async Task<RangeResult> ReadAsync(KeyRange range, bool keysOnly = false)
    {
        var op = new RangeOp { Range = range, KeysOnly = keysOnly, IsSerializable = IsStale, WantsIndex = true };
        var result = _call.WaitIndex is > 0 and var index ? await WaitAsync(op, index) : await ReadAsync(op);
        Describe((ulong)result.Index);
        return result;
    }

    /// <summary>Reads sessions, at once or when any has come or gone after the index that is given.</summary>
    public async Task<IReadOnlyList<ManifestSession>> ReadSessionsAsync()
    {
        using var limit = _call.LimitWait();
        var wanted = _call.WaitIndex ?? 0;
        while (true)
        {
            if (!IsStale && await _node.BarrierAsync(_call.Aborted) is var unproved and not ManifestError.None) throw ManifestErrors.Of(unproved);
            var (count, sessions) = _node.Sessions;
            // From 1 on, since a client takes 0 for: do not wait.
            var index = (ulong)count + 1;
            if (wanted == 0 || index > wanted || limit.IsCancellationRequested)
            {
                Describe(index);
                return sessions;
            }

            await UntilAsync(_node.SessionsChangedAsync(count, limit.Token));
        }
    }

    /// <summary>Says how old the answer may be.</summary>
    public void Describe(ulong? index)
    {
        var status = _node.Log;
        var headers = _call.Http.Response.Headers;
        if (index is { } known) headers["X-Consul-Index"] = known.ToString(CultureInfo.InvariantCulture);
        headers["X-Consul-KnownLeader"] = status.Leader != 0 ? "true" : "false";
        headers["X-Consul-LastContact"] = ((long)status.Silence.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        headers["X-Consul-Effective-Consistency"] = IsStale ? "stale" : _call.Flag("consistent") ? "consistent" : "leader";
    }

    private async Task<RangeResult> ReadAsync(RangeOp op) =>
        await _node.RangeAsync(op, _call.Aborted) is var result && result is RangeResult { IsDone: true } range ? range : throw ManifestErrors.Of(result.Error);

    private async Task<RangeResult> WaitAsync(RangeOp op, ulong index)
    {
        using var limit = _call.LimitWait();
        using var watch = _node.Watch();
        await watch.AddAsync(new WatchRequest { Range = op.Range }, _call.Aborted);
        // The watch is there: of what is read from now on, no change is missed.
        await watch.TakeAsync(_call.Aborted);
        var isOver = false;
        while (true)
        {
            var result = await ReadAsync(op);
            if ((ulong)result.Index > index || isOver || limit.IsCancellationRequested) return result;
            isOver = await UntilAsync(watch, limit.Token);
        }
    }

    /// <summary>Waits for a change. Anything else is the end of the watch: what is there now is the answer.</summary>
    private async Task<bool> UntilAsync(WatchStream watch, CancellationToken limit)
    {
        try
        {
            return (await watch.TakeAsync(limit)).Kind != WatchMessageKind.Events;
        }
        catch (OperationCanceledException) when (!_call.Aborted.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>Waits for news; that the time is over, or the API stops, is none.</summary>
    private async Task UntilAsync(Task news)
    {
        try
        {
            await news;
        }
        catch (OperationCanceledException) when (!_call.Aborted.IsCancellationRequested)
        {
            // What is known is the answer.
        }
    }
}
