using Google.Protobuf;

using Skerry.Api.Etcd.Grpc;
using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>etcd's service <c>Election</c>: who has its turn leads, and says something that others can read and follow.</summary>
internal sealed class ElectionCalls(ManifestNode node, EtcdHeaders headers)
{
    private readonly TurnQueue _queue = new(node);

    public IEnumerable<(string Method, GrpcHandler Handler)> Methods =>
    [
        ("/v3electionpb.Election/Campaign", GrpcCall.Unary<CampaignRequest, CampaignResponse>(CampaignRequest.Parser, CampaignAsync)),
        ("/v3electionpb.Election/Proclaim", GrpcCall.Unary<ProclaimRequest, ProclaimResponse>(ProclaimRequest.Parser, ProclaimAsync)),
        ("/v3electionpb.Election/Leader", GrpcCall.Unary<LeaderRequest, LeaderResponse>(LeaderRequest.Parser, LeaderAsync)),
        ("/v3electionpb.Election/Observe", ObserveAsync),
        ("/v3electionpb.Election/Resign", GrpcCall.Unary<ResignRequest, ResignResponse>(ResignRequest.Parser, ResignAsync)),
    ];

    private static GrpcFault NotLeader => new(GrpcStatus.Unknown, "election: not leader");

    private static GrpcFault NoKey => new(GrpcStatus.Unknown, "\"leader\" field must be provided");

    private async ValueTask<GrpcReply<CampaignResponse>> CampaignAsync(CampaignRequest request, CancellationToken cancellation)
    {
        var (fault, turn) = await _queue.EnterAsync(request.Name.Memory, request.Lease, request.Value.Memory, cancellation);
        if (!fault.IsOk) return fault;
        if (turn.WasThere)
        {
            var (refusal, held, _) = await SayAsync(turn.Key, turn.Created, turn.Lease, request.Value, cancellation);
            if (!refusal.IsOk || !held) return refusal.IsOk ? NotLeader : refusal;
        }

        var (refused, revision) = await _queue.WaitAsync(turn, cancellation);
        if (!refused.IsOk) return refused;
        var leader = new LeaderKey { Name = request.Name, Key = UnsafeByteOperations.UnsafeWrap(turn.Key), Rev = turn.Created, Lease = turn.Lease };
        return new CampaignResponse { Header = headers.At(revision), Leader = leader };
    }

    private async ValueTask<GrpcReply<ProclaimResponse>> ProclaimAsync(ProclaimRequest request, CancellationToken cancellation)
    {
        if (request.Leader is not { } leader) return NoKey;
        var (fault, held, revision) = await SayAsync(leader.Key.Memory, leader.Rev, leader.Lease, request.Value, cancellation);
        if (!fault.IsOk) return fault;
        return held ? new ProclaimResponse { Header = headers.At(revision) } : NotLeader;
    }

    private async ValueTask<GrpcReply<LeaderResponse>> LeaderAsync(LeaderRequest request, CancellationToken cancellation)
    {
        var (fault, first) = await _queue.FirstAsync(request.Name.Memory, cancellation);
        if (!fault.IsOk) return fault;
        return first!.Entries is [var entry, ..] ? ToMessage(entry, first.Revision) : new GrpcFault(GrpcStatus.Unknown, "election: no leader");
    }

    /// <summary>Tells of each leader, and of what it says, the last of what follows quickly.</summary>
    private async ValueTask<GrpcFault> ObserveAsync(GrpcCall call)
    {
        var request = await call.ReadAsync(LeaderRequest.Parser);
        if (request.Message is not { } message) return request.Fault;
        for (long told = 0; ;)
        {
            var (fault, first) = await _queue.FirstAsync(message.Name.Memory, call.Cancellation);
            if (!fault.IsOk) return fault;
            if (first!.Entries is [var entry, ..] && entry.ModRevision != told)
            {
                told = entry.ModRevision;
                call.Write(ToMessage(entry, first.Revision));
                await call.FlushAsync();
            }

            await _queue.ChangedAsync(TurnQueue.All(message.Name.Memory), first.Revision, deletionsOnly: false, call.Cancellation);
        }
    }

    private async ValueTask<GrpcReply<ResignResponse>> ResignAsync(ResignRequest request, CancellationToken cancellation)
    {
        if (request.Leader is not { } leader) return NoKey;
        var (fault, _, revision) = await _queue.IfHeldAsync(leader.Key.Memory, leader.Rev, new DeleteOp { Range = new KeyRange(leader.Key.Memory, default) }, cancellation);
        return fault.IsOk ? new ResignResponse { Header = headers.At(revision) } : fault;
    }

    private Task<(GrpcFault Fault, bool Held, long Revision)> SayAsync(ReadOnlyMemory<byte> key, long created, long lease, ByteString value, CancellationToken cancellation) =>
        _queue.IfHeldAsync(key, created, new PutOp { Key = key, Value = value.Memory, Lease = lease }, cancellation);

    private LeaderResponse ToMessage(in KeyEntry entry, long revision) => new() { Header = headers.At(revision), Kv = EtcdShapes.ToMessage(entry) };
}
