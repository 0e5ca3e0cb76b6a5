using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>What every answer says of group, node and revision.</summary>
internal sealed class EtcdHeaders(ManifestNode node)
{
    /// <summary>The header of an answer that is true at a revision; 0 is none, as answers about members have it.</summary>
    public ResponseHeader At(long revision)
    {
        var log = node.Log;
        return new ResponseHeader { ClusterId = log.Cluster, MemberId = log.Member, Revision = revision, RaftTerm = log.Term };
    }

    public ResponseHeader Now() => At(node.Revision);
}
