namespace Skerry.Agent.Configuration;

/// <summary>How spans are sent to a collector.</summary>
internal enum TracingProtocol
{
    /// <summary>OTLP over HTTP, as protobuf.</summary>
    HttpProtobuf,

    /// <summary>OTLP over gRPC.</summary>
    Grpc,
}
