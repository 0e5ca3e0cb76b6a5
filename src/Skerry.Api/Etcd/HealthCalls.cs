using Skerry.Api.Etcd.Grpc;
using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>gRPC's service <c>Health</c>, which load balancers ask: a node serves while it knows a leader. Whichever service is named, that is what counts.</summary>
internal sealed class HealthCalls(ManifestNode node)
{
    public IEnumerable<(string Method, GrpcHandler Handler)> Methods =>
    [
        ("/grpc.health.v1.Health/Check", GrpcCall.Unary<HealthCheckRequest, HealthCheckResponse>(HealthCheckRequest.Parser, (_, _) =>
            ValueTask.FromResult<GrpcReply<HealthCheckResponse>>(new HealthCheckResponse
            {
                Status = node.Log.Leader == 0 ? HealthCheckResponse.Types.ServingStatus.NotServing : HealthCheckResponse.Types.ServingStatus.Serving,
            }))),
    ];
}
