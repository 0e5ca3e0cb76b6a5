using System.Diagnostics.CodeAnalysis;

using Skerry.Libp2p;
using Skerry.Tunnel.Claims;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel;

/// <summary>
/// What a node is given by its mesh's authority (<see cref="MeshAuthority.Issue"/>): its own key, what the authority says of it, and the secrets that all nodes
/// share. Who holds one can be that node and no other.
/// </summary>
public sealed class Credential
{
    /// <summary>The longest name of a node, and of a group, characters.</summary>
    public const int MaxName = 128;

    /// <summary>Clocks of two nodes may differ by so much before a credential is refused that holds, or believed that does not.</summary>
    public static readonly TimeSpan ClockTolerance = CredentialClaim.ClockTolerance;

    private readonly CredentialFile _file;
    private readonly CredentialClaim _claim;

    internal Credential(CredentialFile file, CredentialClaim claim, PublicKey authority)
    {
        (_file, _claim, Authority) = (file, claim, authority);
        Key = IdentityKey.FromSeed(file.Seed.Span);
        Network = new PreSharedKey(file.NetworkKey.Span);
    }

    /// <summary>The node it is for.</summary>
    public string Node => _claim.Node;

    /// <summary>The group it is for.</summary>
    public string Group => _claim.Group;

    /// <summary>The node's peer id.</summary>
    public PeerId Peer => _claim.Peer;

    /// <summary>When it was issued.</summary>
    public DateTimeOffset Issued => _claim.Issued;

    /// <summary>It holds from then on.</summary>
    public DateTimeOffset NotBefore => _claim.NotBefore;

    /// <summary>It holds until then.</summary>
    public DateTimeOffset NotAfter => _claim.NotAfter;

    /// <summary>Who issued it; the node believes the others that it issued for.</summary>
    public PublicKey Authority { get; }

    /// <summary>The key gossip is encrypted with, 32 bytes: a secret of the whole mesh.</summary>
    public ReadOnlyMemory<byte> GossipKey => _file.GossipKey.Memory;

    /// <summary>The node's own key.</summary>
    internal IdentityKey Key { get; }

    /// <summary>The tunnel's private network.</summary>
    internal PreSharedKey Network { get; }

    /// <summary>What others are shown of it: no secret.</summary>
    internal Signed Shown => _file.Claim;

    /// <summary>Reads a credential. That it holds now is not asked.</summary>
    /// <param name="text">What <see cref="ToFile"/> gave.</param>
    /// <param name="credential">The credential.</param>
    /// <param name="failure">What is wrong with it, should it be refused.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Credential? credential, out string failure)
    {
        credential = null;
        failure = "holds no credential, as 'skerry ca issue' writes it";
        if (!Armour.TryRead(Armour.Credential, text, Armour.MaxKeyFile, out var bytes)) return false;
        failure = "holds a credential that was cut short or changed";
        return IdentityCodec.TryReadCredential(bytes, out credential);
    }

    /// <summary>The credential as a file. It is a secret.</summary>
    public string ToFile() => Armour.Write(Armour.Credential, Google.Protobuf.MessageExtensions.ToByteArray(_file));
}
