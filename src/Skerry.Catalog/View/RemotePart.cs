using Skerry.Catalog.Sites;

namespace Skerry.Catalog.View;

/// <summary>A part of a node of another group, as a bridge of this one tells it.</summary>
/// <param name="payload">The bytes.</param>
/// <param name="part">What they say.</param>
internal sealed class RemotePart(ReadOnlyMemory<byte> payload, NodePart part)
{
    public NodePart Part => part;

    /// <summary>Whether the two say the same, whichever bridges they came by.</summary>
    public bool IsSame(RemotePart other) => ReferenceEquals(this, other) || Payload.Span.SequenceEqual(other.Payload.Span);

    private ReadOnlyMemory<byte> Payload => payload;
}
