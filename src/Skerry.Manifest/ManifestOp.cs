namespace Skerry.Manifest;

/// <summary>One operation on the key space, alone or in a transaction.</summary>
public abstract class ManifestOp
{
    private protected ManifestOp()
    {
    }

    /// <summary>Whether it can change something.</summary>
    public abstract bool IsWrite { get; }
}
