using Skerry.Api.Etcd.Grpc;
using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>etcd's service <c>KV</c>.</summary>
internal sealed class KvCalls(ManifestNode node, EtcdHeaders headers)
{
    public IEnumerable<(string Method, GrpcHandler Handler)> Methods =>
    [
        ("/etcdserverpb.KV/Range", GrpcCall.Unary<RangeRequest, RangeResponse>(RangeRequest.Parser, RangeAsync)),
        ("/etcdserverpb.KV/Put", GrpcCall.Unary<PutRequest, PutResponse>(PutRequest.Parser, PutAsync)),
        ("/etcdserverpb.KV/DeleteRange", GrpcCall.Unary<DeleteRangeRequest, DeleteRangeResponse>(DeleteRangeRequest.Parser, DeleteAsync)),
        ("/etcdserverpb.KV/Txn", GrpcCall.Unary<TxnRequest, TxnResponse>(TxnRequest.Parser, TxnAsync)),
        ("/etcdserverpb.KV/Compact", GrpcCall.Unary<CompactionRequest, CompactionResponse>(CompactionRequest.Parser, CompactAsync)),
    ];

    private async ValueTask<GrpcReply<RangeResponse>> RangeAsync(RangeRequest request, CancellationToken cancellation) =>
        await node.RangeAsync(EtcdShapes.ToOp(request), cancellation) is var result && result is RangeResult range
            ? EtcdShapes.ToMessage(range, headers.At(range.Revision)) : EtcdErrors.Of(result.Error);

    private async ValueTask<GrpcReply<PutResponse>> PutAsync(PutRequest request, CancellationToken cancellation)
    {
        var result = await ExecuteAsync(EtcdShapes.ToOp(request), cancellation);
        return result.IsDone ? EtcdShapes.ToMessage(result as PutResult, headers.At(result.Revision)) : EtcdErrors.Of(result.Error);
    }

    private async ValueTask<GrpcReply<DeleteRangeResponse>> DeleteAsync(DeleteRangeRequest request, CancellationToken cancellation)
    {
        var result = await ExecuteAsync(EtcdShapes.ToOp(request), cancellation);
        if (!result.IsDone) return EtcdErrors.Of(result.Error);
        return result is DeleteResult delete ? EtcdShapes.ToMessage(delete, headers.At(result.Revision)) : Forgotten;
    }

    private async ValueTask<GrpcReply<TxnResponse>> TxnAsync(TxnRequest request, CancellationToken cancellation)
    {
        if (EtcdShapes.ToOp(request) is not { } txn) return EtcdErrors.Of(ManifestError.KeyNotFound);
        var result = await ExecuteAsync(txn, cancellation);
        if (!result.IsDone) return EtcdErrors.Of(result.Error);
        return result is TxnResult { IsRepeated: false } done ? EtcdShapes.ToMessage(done, headers.At(result.Revision)) : Forgotten;
    }

    private async ValueTask<GrpcReply<CompactionResponse>> CompactAsync(CompactionRequest request, CancellationToken cancellation)
    {
        var result = await node.CompactAsync(request.Revision, cancellation);
        return result.IsDone ? new CompactionResponse { Header = headers.At(result.Revision) } : EtcdErrors.Of(result.Error);
    }

    private ValueTask<ManifestResult> ExecuteAsync(ManifestOp op, CancellationToken cancellation) =>
        ReservedKeys.IsWrittenBy(op) ? ValueTask.FromResult(new ManifestResult { Error = ManifestError.ReservedKey }) : node.ExecuteAsync(op, cancellation);

    /// <summary>It was applied, and what it answered is known no longer (the node has leapt by a snapshot meanwhile): the client must look for itself.</summary>
    private static GrpcFault Forgotten => EtcdErrors.Of(ManifestError.Timeout);
}
