namespace Skerry.Api.Etcd.Grpc;

/// <summary>How a call ends; the default is well.</summary>
internal readonly record struct GrpcFault(GrpcStatus Status, string Message)
{
    public bool IsOk => Status == GrpcStatus.Ok;
}
