namespace Skerry.Manifest;

/// <summary>Takes the lock on a key for a session, or lets it go, and writes the key. Refused, nothing is written.</summary>
public sealed class LockOp : ManifestOp
{
    /// <summary>The key; not empty.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>What it holds from now on.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>The client's flags.</summary>
    public ulong Flags { get; init; }

    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>Whether the lock is let go, instead of taken.</summary>
    public bool IsRelease { get; init; }

    /// <inheritdoc/>
    public override bool IsWrite => true;
}
