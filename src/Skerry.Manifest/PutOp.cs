namespace Skerry.Manifest;

/// <summary>Writes a key.</summary>
public sealed class PutOp : ManifestOp
{
    /// <summary>The key; not empty.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>What it holds from now on.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>The lease it hangs on; 0 is none, and takes the key off the one it hung on.</summary>
    public long Lease { get; init; }

    /// <summary>The client's flags as Consul has them; null leaves them as they are.</summary>
    public ulong? Flags { get; init; }

    /// <summary>Whether the answer carries what was there before.</summary>
    public bool WantsPrevious { get; init; }

    /// <summary>Whether the value stays as it is.</summary>
    public bool KeepsValue { get; init; }

    /// <summary>Whether the lease stays as it is.</summary>
    public bool KeepsLease { get; init; }

    /// <inheritdoc/>
    public override bool IsWrite => true;
}
