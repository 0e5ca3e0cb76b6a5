namespace Skerry.Api.Etcd.Grpc;

/// <summary>Serves one call.</summary>
internal delegate ValueTask<GrpcFault> GrpcHandler(GrpcCall call);
