using Google.Protobuf;

using Skerry.Api.Etcd.Grpc;
using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>etcd's service <c>Lock</c>: a client that has no locks of its own has the node wait for its turn.</summary>
internal sealed class LockCalls(ManifestNode node, EtcdHeaders headers)
{
    private readonly TurnQueue _queue = new(node);

    public IEnumerable<(string Method, GrpcHandler Handler)> Methods =>
    [
        ("/v3lockpb.Lock/Lock", GrpcCall.Unary<LockRequest, LockResponse>(LockRequest.Parser, LockAsync)),
        ("/v3lockpb.Lock/Unlock", GrpcCall.Unary<UnlockRequest, UnlockResponse>(UnlockRequest.Parser, UnlockAsync)),
    ];

    private async ValueTask<GrpcReply<LockResponse>> LockAsync(LockRequest request, CancellationToken cancellation)
    {
        var (fault, turn) = await _queue.EnterAsync(request.Name.Memory, request.Lease, default, cancellation);
        if (!fault.IsOk) return fault;
        var (refused, revision) = await _queue.WaitAsync(turn, cancellation);
        if (!refused.IsOk) return refused;
        return new LockResponse { Header = headers.At(revision), Key = UnsafeByteOperations.UnsafeWrap(turn.Key) };
    }

    private async ValueTask<GrpcReply<UnlockResponse>> UnlockAsync(UnlockRequest request, CancellationToken cancellation)
    {
        var delete = new DeleteOp { Range = new KeyRange(request.Key.Memory, default) };
        if (ReservedKeys.IsWrittenBy(delete)) return EtcdErrors.Of(ManifestError.ReservedKey);
        var result = await node.ExecuteAsync(delete, cancellation);
        return result.IsDone ? new UnlockResponse { Header = headers.At(result.Revision) } : EtcdErrors.Of(result.Error);
    }
}
