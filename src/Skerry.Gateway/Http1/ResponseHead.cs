namespace Skerry.Gateway.Http1;

/// <summary>What the first lines of an answer say about the rest of it.</summary>
internal struct ResponseHead
{
    /// <summary>100 to 999.</summary>
    public int Status;

    /// <summary>Bytes of the body; -1 when the head does not say.</summary>
    public long ContentLength;

    /// <summary>Whether the body comes in chunks.</summary>
    public bool IsChunked;

    /// <summary>Whether the instance keeps the connection open afterwards.</summary>
    public bool KeepAlive;
}
