using System.Globalization;
using System.Text;

using Skerry.Api.Etcd.Grpc;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>
/// Who wants something has a key of its own under its name, on its lease, and has its turn when none that was created before is left. etcd's clients queue the same way on
/// their own (<c>NAME/LEASE</c>), so that both wait for each other.
/// </summary>
/// <param name="node">Has the keys.</param>
internal sealed class TurnQueue(ManifestNode node)
{
    /// <summary>The time of who brings no lease, seconds.</summary>
    private const long OwnLease = 60;

    private static GrpcFault Expired => new(GrpcStatus.Unknown, "mutex: session is expired");

    /// <summary>Takes a place, or the one it has.</summary>
    /// <param name="name">Of what.</param>
    /// <param name="lease">Whose; 0: a new one.</param>
    /// <param name="value">Of its key, where that is new.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<(GrpcFault Fault, Turn Turn)> EnterAsync(ReadOnlyMemory<byte> name, long lease, ReadOnlyMemory<byte> value, CancellationToken cancellation)
    {
        if (lease == 0)
        {
            var granted = await node.GrantAsync(0, OwnLease, cancellation);
            if (!granted.IsDone) return (EtcdErrors.Of(granted.Error), default);
            if (granted is not LeaseResult own) return (EtcdErrors.Of(ManifestError.Timeout), default);
            lease = own.Id;
        }

        byte[] key = [.. name.Span, .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/{lease:x}"))];
        var range = new KeyRange(key, default);
        var (fault, result) = await DoAsync(
            new TxnOp
            {
                Compares = [new Compare { Range = range, Target = CompareTarget.Create }],
                Success = [new PutOp { Key = key, Value = value, Lease = lease }],
                Failure = [new RangeOp { Range = range }],
            },
            cancellation);
        if (!fault.IsOk) return (fault, default);
        var created = result!.Results is [RangeResult { Entries: [var mine] }] ? mine.CreateRevision : result.Revision;
        return (default, new Turn(name, key, created, lease, !result.Succeeded));
    }

    /// <summary>Waits until nobody is before it. Who gives up, or fails, has no place any more.</summary>
    public async Task<(GrpcFault Fault, long Revision)> WaitAsync(Turn turn, CancellationToken cancellation)
    {
        var isReached = false;
        try
        {
            while (true)
            {
                var (fault, before) = await ReadAsync(turn.Name, SortOrder.Descending, turn.Created - 1, cancellation);
                if (!fault.IsOk) return (fault, 0);
                if (before!.Entries is not [var last, ..])
                {
                    // Its lease may have ended while it waited.
                    var (refused, first) = await FirstAsync(turn.Name, cancellation);
                    isReached = refused.IsOk && first!.Entries is [var mine, ..] && mine.CreateRevision == turn.Created;
                    return isReached ? (default, first!.Revision) : (refused.IsOk ? Expired : refused, 0);
                }

                await GoneAsync(last.Key, before.Revision, cancellation);
            }
        }
        finally
        {
            if (!isReached) await node.ExecuteAsync(new DeleteOp { Range = new KeyRange(turn.Key, default) }, CancellationToken.None);
        }
    }

    /// <summary>Whose turn it is.</summary>
    public Task<(GrpcFault Fault, RangeResult? First)> FirstAsync(ReadOnlyMemory<byte> name, CancellationToken cancellation) => ReadAsync(name, SortOrder.Ascending, 0, cancellation);

    /// <summary>Does something to a place, if it is still the one that was taken.</summary>
    /// <returns>Whether it was.</returns>
    public async Task<(GrpcFault Fault, bool Held, long Revision)> IfHeldAsync(ReadOnlyMemory<byte> key, long created, ManifestOp op, CancellationToken cancellation)
    {
        var held = new Compare { Range = new KeyRange(key, default), Target = CompareTarget.Create, Number = created };
        var (fault, result) = await DoAsync(new TxnOp { Compares = [held], Success = [op] }, cancellation);
        return (fault, result?.Succeeded == true, result?.Revision ?? 0);
    }

    /// <summary>Completes when a key has changed after a revision, or what was then is not known any more.</summary>
    public async Task ChangedAsync(KeyRange range, long revision, bool deletionsOnly, CancellationToken cancellation)
    {
        using var watch = node.Watch();
        await watch.AddAsync(new WatchRequest { Range = range, StartRevision = revision + 1, SkipsPuts = deletionsOnly }, cancellation);
        while ((await watch.TakeAsync(cancellation)).Kind == WatchMessageKind.Created)
        {
            // It has begun.
        }
    }

    /// <summary>The keys of all who want a thing.</summary>
    public static KeyRange All(ReadOnlyMemory<byte> name) => KeyRange.Prefix([.. name.Span, (byte)'/']);

    private Task GoneAsync(ReadOnlyMemory<byte> key, long revision, CancellationToken cancellation) => ChangedAsync(new KeyRange(key, default), revision, deletionsOnly: true, cancellation);

    private async Task<(GrpcFault Fault, RangeResult? Found)> ReadAsync(ReadOnlyMemory<byte> name, SortOrder order, long maxCreated, CancellationToken cancellation)
    {
        var read = new RangeOp { Range = All(name), Order = order, Target = SortTarget.Create, MaxCreateRevision = maxCreated, Limit = 1 };
        var result = await node.RangeAsync(read, cancellation);
        return result.IsDone ? (default, (RangeResult)result) : (EtcdErrors.Of(result.Error), null);
    }

    private async Task<(GrpcFault Fault, TxnResult? Result)> DoAsync(TxnOp op, CancellationToken cancellation)
    {
        if (ReservedKeys.IsWrittenBy(op)) return (EtcdErrors.Of(ManifestError.ReservedKey), null);
        var result = await node.ExecuteAsync(op, cancellation);
        if (!result.IsDone) return (EtcdErrors.Of(result.Error), null);
        return result is TxnResult { IsRepeated: false } done ? (default, done) : (EtcdErrors.Of(ManifestError.Timeout), null);
    }
}
