namespace Skerry.Api.Etcd.Grpc;

/// <summary>A message, or why there is none.</summary>
internal readonly struct GrpcReply<T>
    where T : class
{
    public T? Message { get; private init; }

    public GrpcFault Fault { get; private init; }

    public static implicit operator GrpcReply<T>(T message) => new() { Message = message };

    public static implicit operator GrpcReply<T>(GrpcFault fault) => new() { Fault = fault };
}
