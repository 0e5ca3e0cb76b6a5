using System.Security.Cryptography;

using Google.Protobuf;

using Microsoft.Extensions.Logging;

using Skerry.Api.Etcd.Grpc;
using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>etcd's service <c>Maintenance</c>.</summary>
internal sealed class MaintenanceCalls(ManifestNode node, IManifestGroup group, EtcdHeaders headers, ILogger logger)
{
    /// <summary>Bytes of a snapshot in one message.</summary>
    private const int SnapshotChunk = 64 * 1024;

    private const int Sector = 512;

    public IEnumerable<(string Method, GrpcHandler Handler)> Methods =>
    [
        ("/etcdserverpb.Maintenance/Status", GrpcCall.Unary<StatusRequest, StatusResponse>(StatusRequest.Parser, (_, _) => ValueTask.FromResult<GrpcReply<StatusResponse>>(Status()))),
        ("/etcdserverpb.Maintenance/Alarm", GrpcCall.Unary<AlarmRequest, AlarmResponse>(AlarmRequest.Parser, AlarmAsync)),
        ("/etcdserverpb.Maintenance/Defragment", GrpcCall.Unary<DefragmentRequest, DefragmentResponse>(DefragmentRequest.Parser, (_, _) => ValueTask.FromResult(Defragment()))),
        ("/etcdserverpb.Maintenance/Hash", GrpcCall.Unary<HashRequest, HashResponse>(HashRequest.Parser, (_, _) => ValueTask.FromResult(Hash()))),
        ("/etcdserverpb.Maintenance/HashKV", GrpcCall.Unary<HashKVRequest, HashKVResponse>(HashKVRequest.Parser, (request, _) => ValueTask.FromResult(HashKeys(request)))),
        ("/etcdserverpb.Maintenance/Snapshot", SnapshotAsync),
        ("/etcdserverpb.Maintenance/MoveLeader", GrpcCall.Unary<MoveLeaderRequest, MoveLeaderResponse>(MoveLeaderRequest.Parser, MoveLeaderAsync)),
    ];

    private StatusResponse Status()
    {
        var status = node.Status;
        var response = new StatusResponse
        {
            Header = headers.At(status.Revision),
            Version = EtcdOptions.ApiVersion,
            StorageVersion = "3.5.0",
            DbSize = status.Bytes,
            DbSizeInUse = status.Bytes,
            DbSizeQuota = status.QuotaBytes,
            Leader = status.Log.Leader,
            RaftIndex = status.Log.Committed,
            RaftAppliedIndex = status.Log.Applied,
            RaftTerm = status.Log.Term,
            IsLearner = status.Log.IsLearner,
            DowngradeInfo = new DowngradeInfo(),
        };
        if (status.Log.Leader == 0) response.Errors.Add("etcdserver: no leader");
        foreach (var alarm in status.Alarms) response.Errors.Add($"memberID:{alarm.Member} alarm:{(alarm.Kind == AlarmKind.NoSpace ? "NOSPACE" : "CORRUPT")} ");
        return response;
    }

    private async ValueTask<GrpcReply<AlarmResponse>> AlarmAsync(AlarmRequest request, CancellationToken cancellation)
    {
        var alarm = new ManifestAlarm(request.MemberID, (AlarmKind)(int)request.Alarm);
        var before = node.Status.Alarms;
        IEnumerable<ManifestAlarm> answered = before.Where(standing => alarm.Kind == AlarmKind.None || standing.Kind == alarm.Kind);
        if (request.Action != AlarmRequest.Types.AlarmAction.Get)
        {
            var isRaised = request.Action == AlarmRequest.Types.AlarmAction.Activate;
            var result = await node.AlarmAsync(isRaised, alarm, cancellation);
            if (!result.IsDone) return EtcdErrors.Of(result.Error);
            var after = node.Status.Alarms;
            answered = isRaised ? after.Except(before) : before.Except(after);
        }

        var response = new AlarmResponse { Header = headers.Now() };
        foreach (var found in answered) response.Alarms.Add(new AlarmMember { MemberID = found.Member, Alarm = (AlarmType)(int)found.Kind });
        return response;
    }

    private GrpcReply<DefragmentResponse> Defragment()
    {
        EtcdLog.NothingToDefragment(logger);
        return new DefragmentResponse();
    }

    private GrpcReply<HashResponse> Hash()
    {
        var (error, hash, _, revision) = node.HashKeys(0);
        return error == ManifestError.None ? new HashResponse { Header = headers.At(revision), Hash = hash } : EtcdErrors.Of(error);
    }

    private GrpcReply<HashKVResponse> HashKeys(HashKVRequest request)
    {
        var (error, hash, compacted, revision) = node.HashKeys(request.Revision);
        return error == ManifestError.None
            ? new HashKVResponse { Header = headers.Now(), Hash = hash, CompactRevision = compacted, HashRevision = revision } : EtcdErrors.Of(error);
    }

    /// <summary>
    /// The state in Skerry's own format, in pieces, filled up with zeros to whole sectors, and its SHA-256 at the end: etcdctl takes a file for whole when its size is that of
    /// sectors and a digest. The size is counted first, since with each piece goes how much is left.
    /// </summary>
    private async ValueTask<GrpcFault> SnapshotAsync(GrpcCall call)
    {
        if ((await call.ReadAsync(SnapshotRequest.Parser)).Fault is { IsOk: false } fault) return fault;
        using var snapshot = node.Snapshot();
        var size = new CountingStream();
        snapshot.WriteTo(size);
        await using var pieces = new SnapshotPieces(snapshot, SnapshotChunk, call.Cancellation);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var padding = new byte[(Sector - (size.Length % Sector)) % Sector];
        var left = size.Length + padding.Length;
        while (await pieces.NextAsync() is { Length: > 0 } piece)
        {
            left -= piece.Length;
            digest.AppendData(piece.Span);
            call.Write(new SnapshotResponse { Header = headers.At(snapshot.Revision), Blob = UnsafeByteOperations.UnsafeWrap(piece), RemainingBytes = (ulong)left });
            await call.FlushAsync();
        }

        digest.AppendData(padding);
        if (padding.Length > 0) call.Write(new SnapshotResponse { Header = headers.At(snapshot.Revision), Blob = UnsafeByteOperations.UnsafeWrap(padding) });
        call.Write(new SnapshotResponse { Header = headers.At(snapshot.Revision), Blob = UnsafeByteOperations.UnsafeWrap(digest.GetHashAndReset()) });
        return default;
    }

    private async ValueTask<GrpcReply<MoveLeaderResponse>> MoveLeaderAsync(MoveLeaderRequest request, CancellationToken cancellation)
    {
        if (!node.Log.IsLeader) return EtcdErrors.Of(ManifestError.NotLeader);
        var error = await group.TransferAsync(request.TargetID, cancellation);
        return error == ManifestError.None ? new MoveLeaderResponse { Header = headers.Now() } : EtcdErrors.Of(error);
    }
}
