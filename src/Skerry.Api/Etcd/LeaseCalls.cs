using System.Threading.Channels;

using Google.Protobuf;

using Skerry.Api.Etcd.Grpc;
using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>etcd's service <c>Lease</c>.</summary>
internal sealed class LeaseCalls(ManifestNode node, EtcdHeaders headers)
{
    /// <summary>Renewals of one stream that wait for their answers.</summary>
    private const int MaxRenewals = 4096;

    public IEnumerable<(string Method, GrpcHandler Handler)> Methods =>
    [
        ("/etcdserverpb.Lease/LeaseGrant", GrpcCall.Unary<LeaseGrantRequest, LeaseGrantResponse>(LeaseGrantRequest.Parser, GrantAsync)),
        ("/etcdserverpb.Lease/LeaseRevoke", GrpcCall.Unary<LeaseRevokeRequest, LeaseRevokeResponse>(LeaseRevokeRequest.Parser, RevokeAsync)),
        ("/etcdserverpb.Lease/LeaseKeepAlive", KeepAliveAsync),
        ("/etcdserverpb.Lease/LeaseTimeToLive", GrpcCall.Unary<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse>(LeaseTimeToLiveRequest.Parser, TimeToLiveAsync)),
        ("/etcdserverpb.Lease/LeaseLeases", GrpcCall.Unary<LeaseLeasesRequest, LeaseLeasesResponse>(LeaseLeasesRequest.Parser, LeasesAsync)),
    ];

    private async ValueTask<GrpcReply<LeaseGrantResponse>> GrantAsync(LeaseGrantRequest request, CancellationToken cancellation)
    {
        var result = await node.GrantAsync(request.ID, request.TTL, cancellation);
        if (!result.IsDone) return EtcdErrors.Of(result.Error);
        return result is LeaseResult lease
            ? new LeaseGrantResponse { Header = headers.At(lease.Revision), ID = lease.Id, TTL = lease.Ttl } : EtcdErrors.Of(ManifestError.Timeout);
    }

    private async ValueTask<GrpcReply<LeaseRevokeResponse>> RevokeAsync(LeaseRevokeRequest request, CancellationToken cancellation)
    {
        var result = await node.RevokeAsync(request.ID, cancellation);
        return result.IsDone ? new LeaseRevokeResponse { Header = headers.At(result.Revision) } : EtcdErrors.Of(result.Error);
    }

    /// <summary>Renewals of one stream are under way together, and answered in their order.</summary>
    private async ValueTask<GrpcFault> KeepAliveAsync(GrpcCall call)
    {
        var renewals = Channel.CreateBounded<Task<LeaseResult>>(MaxRenewals);
        var answering = AnswerAsync(call, renewals.Reader);
        GrpcFault read = default;
        while (true)
        {
            var reading = call.ReadAsync(LeaseKeepAliveRequest.Parser).AsTask();
            if (await Task.WhenAny(reading, answering) == answering) break;
            var request = await reading;
            read = request.Fault;
            if (request.Message is not { } keep) break;
            var room = renewals.Writer.WaitToWriteAsync(call.Cancellation).AsTask();
            if (await Task.WhenAny(room, answering) == answering || !await room) break;
            renewals.Writer.TryWrite(node.RenewAsync(keep.ID, call.Cancellation));
        }

        renewals.Writer.Complete();
        var answered = await answering;
        return answered.IsOk ? read : answered;
    }

    /// <summary>A lease that is gone is answered with no time, not with an error.</summary>
    private async Task<GrpcFault> AnswerAsync(GrpcCall call, ChannelReader<Task<LeaseResult>> renewals)
    {
        while (await renewals.WaitToReadAsync(call.Cancellation))
        {
            while (renewals.TryRead(out var renewal))
            {
                // What is known already goes out before what must be waited for.
                if (!renewal.IsCompleted) await call.FlushAsync();
                var lease = await renewal;
                if (lease.Error is not (ManifestError.None or ManifestError.LeaseNotFound)) return EtcdErrors.Of(lease.Error);
                call.Write(new LeaseKeepAliveResponse { Header = headers.At(lease.Revision), ID = lease.Id, TTL = lease.Ttl });
            }

            await call.FlushAsync();
        }

        return default;
    }

    private async ValueTask<GrpcReply<LeaseTimeToLiveResponse>> TimeToLiveAsync(LeaseTimeToLiveRequest request, CancellationToken cancellation)
    {
        var lease = await node.TimeToLiveAsync(request.ID, request.Keys, cancellation);
        if (!lease.IsDone) return EtcdErrors.Of(lease.Error);
        var response = new LeaseTimeToLiveResponse { Header = headers.At(lease.Revision), ID = lease.Id, TTL = lease.Ttl, GrantedTTL = lease.GrantedTtl };
        foreach (var key in lease.Keys) response.Keys.Add(UnsafeByteOperations.UnsafeWrap(key));
        return response;
    }

    private async ValueTask<GrpcReply<LeaseLeasesResponse>> LeasesAsync(LeaseLeasesRequest request, CancellationToken cancellation)
    {
        var (error, ids) = await node.LeasesAsync(cancellation);
        if (error != ManifestError.None) return EtcdErrors.Of(error);
        var response = new LeaseLeasesResponse { Header = headers.Now() };
        foreach (var id in ids) response.Leases.Add(new LeaseStatus { ID = id });
        return response;
    }
}
