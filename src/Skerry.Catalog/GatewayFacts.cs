using System.Collections.Immutable;
using System.Text;

namespace Skerry.Catalog;

/// <summary>How a node follows what its group has agreed on for gateways, as it says itself.</summary>
public sealed record GatewayFacts
{
    /// <summary>Most faults a node says.</summary>
    public const int MaxFaults = 8;

    /// <summary>The longest fault, bytes of UTF-8.</summary>
    public const int MaxText = 256;

    /// <summary>Nothing is known: the node follows nothing, or has not spoken of it yet.</summary>
    public static readonly GatewayFacts None = new();

    /// <summary>The revision in effect on it; 0: none yet.</summary>
    public ulong Revision { get; init; }

    /// <summary>What it could not put into effect, each with the object it is about and the reason.</summary>
    public ImmutableArray<string> Faults { get; init; } = [];

    /// <summary>Whether it says nothing at all.</summary>
    internal bool IsEmpty => Revision == 0 && Faults.IsEmpty;

    /// <summary>Whether it is within its bounds.</summary>
    internal bool IsSound => !Faults.IsDefault && Faults.Length <= MaxFaults && Faults.All(fault => fault is not null && Encoding.UTF8.GetByteCount(fault) <= MaxText);

    /// <summary>By what is said, faults one by one.</summary>
    public bool Equals(GatewayFacts? other) => other is not null && Revision == other.Revision && Faults.SequenceEqual(other.Faults);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Revision, Faults.Length);
}
