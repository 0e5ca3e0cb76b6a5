namespace Skerry.Api.Events;

/// <summary>An event that a user fired.</summary>
internal sealed record UserEvent
{
    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The user's bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Regular expression of the nodes it is for; empty: all.</summary>
    public string NodeFilter { get; init; } = "";

    /// <summary>Regular expression of services; it is for nodes that run one. Empty: all.</summary>
    public string ServiceFilter { get; init; } = "";

    /// <summary>Regular expression of a tag that such a service must have; empty: any.</summary>
    public string TagFilter { get; init; } = "";

    /// <summary>When, on gossip's Lamport clock; 0 before it was told.</summary>
    public ulong LTime { get; init; }

    /// <summary>The two halves of the id, one over the other: what Consul's clients take for an index, which tells events apart and orders nothing.</summary>
    public ulong Index
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            if (!Guid.TryParseExact(Id, "D", out var id) || !id.TryWriteBytes(bytes, bigEndian: true, out _)) return 1;
            return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) ^ System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        }
    }
}
