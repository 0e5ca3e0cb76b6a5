namespace Skerry.Gateway.Http1;

/// <summary>What a header is to a proxy.</summary>
internal enum HeaderKind
{
    /// <summary>For the other end.</summary>
    EndToEnd,

    /// <summary>Frames the body.</summary>
    ContentLength,

    /// <summary>Frames the body.</summary>
    TransferEncoding,

    /// <summary>Speaks of this connection, and names other headers that do.</summary>
    Connection,

    /// <summary>For this connection only: never forwarded.</summary>
    HopByHop,
}
