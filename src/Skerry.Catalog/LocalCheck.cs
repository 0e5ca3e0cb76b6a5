using Skerry.Catalog.Checks;

namespace Skerry.Catalog;

/// <summary>A check of this node while it runs.</summary>
/// <param name="definition">As registered.</param>
internal sealed class LocalCheck(CheckDefinition definition)
{
    public CheckDefinition Definition { get; } = definition;

    public CheckStatus Status { get; set; } = definition.InitialStatus;

    public string Output { get; set; } = "";

    /// <summary>Timestamp since when it is critical; null when it is not.</summary>
    public long? CriticalSince { get; set; }

    /// <summary>Whether the group has yet to hear of the last output.</summary>
    public bool IsOutputUntold { get; set; }

    /// <summary>Set for TTL checks.</summary>
    public TtlWatch? Ttl { get; set; }

    /// <summary>What ends it.</summary>
    public IAsyncDisposable? Runner { get; set; }
}
