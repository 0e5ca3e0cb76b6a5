using Skerry.Api.Etcd.Grpc;
using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>etcd's service <c>Cluster</c>: the members of the group.</summary>
internal sealed class ClusterCalls(ManifestNode node, IManifestGroup group, EtcdHeaders headers)
{
    public IEnumerable<(string Method, GrpcHandler Handler)> Methods =>
    [
        ("/etcdserverpb.Cluster/MemberList", GrpcCall.Unary<MemberListRequest, MembersResponse>(MemberListRequest.Parser, ListAsync)),
        ("/etcdserverpb.Cluster/MemberAdd", GrpcCall.Unary<MemberAddRequest, MemberAddResponse>(MemberAddRequest.Parser, AddAsync)),
        ("/etcdserverpb.Cluster/MemberRemove", GrpcCall.Unary<MemberRemoveRequest, MembersResponse>(MemberRemoveRequest.Parser,
            async (request, cancellation) => Changed(await group.RemoveAsync(request.ID, cancellation)))),
        ("/etcdserverpb.Cluster/MemberPromote", GrpcCall.Unary<MemberPromoteRequest, MembersResponse>(MemberPromoteRequest.Parser,
            async (request, cancellation) => Changed(await group.PromoteAsync(request.ID, cancellation)))),
        ("/etcdserverpb.Cluster/MemberUpdate", GrpcCall.Unary<MemberUpdateRequest, MembersResponse>(MemberUpdateRequest.Parser,
            (request, _) => ValueTask.FromResult(Update(request)))),
    ];

    private async ValueTask<GrpcReply<MembersResponse>> ListAsync(MemberListRequest request, CancellationToken cancellation)
    {
        var error = request.Linearizable ? await node.BarrierAsync(cancellation) : ManifestError.None;
        return Changed(error);
    }

    private async ValueTask<GrpcReply<MemberAddResponse>> AddAsync(MemberAddRequest request, CancellationToken cancellation)
    {
        if (!AreUrls(request.PeerURLs)) return BadUrls;
        var (error, member) = await group.AddAsync([.. request.PeerURLs], request.IsLearner, cancellation);
        if (error != ManifestError.None) return EtcdErrors.Of(error);
        var response = new MemberAddResponse { Header = headers.At(0), Member = member is null ? null : ToMessage(member) };
        response.Members.AddRange(group.Members.Select(ToMessage));
        return response;
    }

    /// <summary>Where a member is reached follows from its node; there is nothing to set.</summary>
    private GrpcReply<MembersResponse> Update(MemberUpdateRequest request)
    {
        if (!AreUrls(request.PeerURLs)) return BadUrls;
        if (group.Members.All(member => member.Id != request.ID)) return EtcdErrors.Of(ManifestError.MemberNotFound);
        return new GrpcFault(GrpcStatus.FailedPrecondition, "skerry: a member's addresses are those of its node, and are not set here");
    }

    private GrpcReply<MembersResponse> Changed(ManifestError error)
    {
        if (error != ManifestError.None) return EtcdErrors.Of(error);
        var response = new MembersResponse { Header = headers.At(0) };
        response.Members.AddRange(group.Members.Select(ToMessage));
        return response;
    }

    private static GrpcFault BadUrls => new(GrpcStatus.InvalidArgument, "etcdserver: given member URLs are invalid");

    private static bool AreUrls(IReadOnlyCollection<string> urls) =>
        urls.Count > 0 && urls.All(url => Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" or "skerry" && parsed.AbsolutePath is "/" or "");

    private static Member ToMessage(ManifestMember member)
    {
        var message = new Member { ID = member.Id, Name = member.Name, IsLearner = member.IsLearner };
        message.PeerURLs.AddRange(member.PeerUrls);
        message.ClientURLs.AddRange(member.ClientUrls);
        return message;
    }
}
