using Google.Protobuf;

using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

using Compare = Skerry.Manifest.Compare;
using WireCompare = Skerry.Api.Etcd.Wire.Compare;

namespace Skerry.Api.Etcd;

/// <summary>etcd's messages to the manifest's operations, and results to messages. Values are passed on, not copied.</summary>
internal static class EtcdShapes
{
    public static RangeOp ToOp(RangeRequest request) => new()
    {
        Range = Range(request.Key, request.RangeEnd),
        Limit = request.Limit,
        Revision = request.Revision,
        Order = (SortOrder)(int)request.SortOrder,
        Target = (SortTarget)(int)request.SortTarget,
        IsSerializable = request.Serializable,
        KeysOnly = request.KeysOnly,
        CountOnly = request.CountOnly,
        MinModRevision = request.MinModRevision,
        MaxModRevision = request.MaxModRevision,
        MinCreateRevision = request.MinCreateRevision,
        MaxCreateRevision = request.MaxCreateRevision,
    };

    public static PutOp ToOp(PutRequest request) => new()
    {
        Key = request.Key.Memory,
        Value = request.Value.Memory,
        Lease = request.Lease,
        WantsPrevious = request.PrevKv,
        KeepsValue = request.IgnoreValue,
        KeepsLease = request.IgnoreLease,
    };

    public static DeleteOp ToOp(DeleteRangeRequest request) => new() { Range = Range(request.Key, request.RangeEnd), WantsPrevious = request.PrevKv };

    /// <summary>Null where an operation of it says nothing.</summary>
    public static TxnOp? ToOp(TxnRequest request)
    {
        var (success, failure) = (ToOps(request.Success), ToOps(request.Failure));
        return success is null || failure is null ? null : new TxnOp { Compares = [.. request.Compare.Select(ToCompare)], Success = success, Failure = failure };
    }

    public static KeyRange Range(ByteString key, ByteString end) => new(key.Memory, end.Memory);

    public static KeyValue ToMessage(in KeyEntry entry) => new()
    {
        Key = UnsafeByteOperations.UnsafeWrap(entry.Key),
        Value = UnsafeByteOperations.UnsafeWrap(entry.Value),
        CreateRevision = entry.CreateRevision,
        ModRevision = entry.ModRevision,
        Version = entry.Version,
        Lease = entry.Lease,
    };

    public static RangeResponse ToMessage(RangeResult result, ResponseHeader header)
    {
        var response = new RangeResponse { Header = header, Count = result.Count, More = result.HasMore };
        foreach (var entry in result.Entries) response.Kvs.Add(ToMessage(entry));
        return response;
    }

    public static PutResponse ToMessage(PutResult? result, ResponseHeader header) =>
        new() { Header = header, PrevKv = result?.Previous is { } previous ? ToMessage(previous) : null };

    public static DeleteRangeResponse ToMessage(DeleteResult result, ResponseHeader header)
    {
        var response = new DeleteRangeResponse { Header = header, Deleted = result.Deleted };
        foreach (var entry in result.Previous) response.PrevKvs.Add(ToMessage(entry));
        return response;
    }

    /// <summary>Answers within it have a header with the revision alone.</summary>
    public static TxnResponse ToMessage(TxnResult result, ResponseHeader header)
    {
        var response = new TxnResponse { Header = header, Succeeded = result.Succeeded };
        foreach (var part in result.Results)
        {
            var inner = new ResponseHeader { Revision = part.Revision };
            response.Responses.Add(part switch
            {
                RangeResult range => new ResponseOp { ResponseRange = ToMessage(range, inner) },
                PutResult put => new ResponseOp { ResponsePut = ToMessage(put, inner) },
                DeleteResult delete => new ResponseOp { ResponseDeleteRange = ToMessage(delete, inner) },
                _ => new ResponseOp { ResponseTxn = ToMessage((TxnResult)part, inner) },
            });
        }

        return response;
    }

    private static List<ManifestOp>? ToOps(IReadOnlyCollection<RequestOp> requests)
    {
        var ops = new List<ManifestOp>(requests.Count);
        foreach (var request in requests)
        {
            ManifestOp? op = request.RequestCase switch
            {
                RequestOp.RequestOneofCase.RequestRange => ToOp(request.RequestRange),
                RequestOp.RequestOneofCase.RequestPut => ToOp(request.RequestPut),
                RequestOp.RequestOneofCase.RequestDeleteRange => ToOp(request.RequestDeleteRange),
                RequestOp.RequestOneofCase.RequestTxn => ToOp(request.RequestTxn),
                _ => null,
            };
            if (op is null) return null;
            ops.Add(op);
        }

        return ops;
    }

    private static Compare ToCompare(WireCompare compare) => new()
    {
        Range = Range(compare.Key, compare.RangeEnd),
        Target = (CompareTarget)(int)compare.Target,
        Result = (CompareResult)(int)compare.Result,
        // Only what belongs to the target counts; anything else stands for zero, as in etcd.
        Number = (compare.Target, compare.TargetUnionCase) switch
        {
            (WireCompare.Types.CompareTarget.Version, WireCompare.TargetUnionOneofCase.Version) => compare.Version,
            (WireCompare.Types.CompareTarget.Create, WireCompare.TargetUnionOneofCase.CreateRevision) => compare.CreateRevision,
            (WireCompare.Types.CompareTarget.Mod, WireCompare.TargetUnionOneofCase.ModRevision) => compare.ModRevision,
            (WireCompare.Types.CompareTarget.Lease, WireCompare.TargetUnionOneofCase.Lease) => compare.Lease,
            _ => 0,
        },
        Value = compare.TargetUnionCase == WireCompare.TargetUnionOneofCase.Value ? compare.Value.Memory : default,
    };
}
