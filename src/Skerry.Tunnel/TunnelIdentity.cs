using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

using Skerry.Libp2p;
using Skerry.Tunnel.Claims;
using Skerry.Tunnel.Driver;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel;

/// <summary>
/// Who this node is, and whom it believes: nodes whose keys come from a mesh key it has, nodes with a credential of an authority it trusts, or both. A node with
/// <see cref="Credential"/> is what that says, any other what the first of <see cref="MeshKeys"/> makes of its name; one of the two must be there.
/// </summary>
public sealed record TunnelIdentity
{
    /// <summary>Mesh keys that are valid: one, or two while one follows the other. The first is used, each is believed.</summary>
    public ImmutableArray<MeshIdentity> MeshKeys { get; init; } = [];

    /// <summary>What this node was issued; null: its key comes from the mesh key.</summary>
    public Credential? Credential { get; init; }

    /// <summary>The private network's key, where it comes from neither; those that do are understood beside it. Null: it does.</summary>
    public PreSharedKey? Network { get; init; }

    /// <summary>Whose credentials are believed; null: those of who issued <see cref="Credential"/>, and without one none.</summary>
    public PublicKey? Authority { get; init; }

    /// <summary>What is believed no more.</summary>
    public RevocationList Revocations { get; init; } = RevocationList.Empty;

    /// <summary>What nodes of this mesh call themselves in a LAN: no other mesh does, and nothing of its keys can be told from it.</summary>
    public string LanService
    {
        get
        {
            var name = new byte[8];
            HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.ASCII.GetBytes(Networks[0].ToFile()), name, salt: [], info: "skerry/lan/1"u8);
            return "skerry-" + Convert.ToHexStringLower(name);
        }
    }

    /// <summary>Whether credentials are believed: then a node's peer id is what the mesh says of it, to be proved when it is met.</summary>
    internal bool BelievesCredentials => TrustedAuthority is not null;

    /// <summary>Keys of the private network, the one to call under first.</summary>
    internal IReadOnlyList<PreSharedKey> Networks =>
        [.. MeshKeys.Select(mesh => mesh.Network).Prepend(Credential?.Network).Prepend(Network).OfType<PreSharedKey>().DistinctBy(key => key.ToFile())];

    private PublicKey? TrustedAuthority => Authority ?? Credential?.Authority;

    /// <summary>One mesh key and nothing else.</summary>
    /// <param name="mesh">The mesh.</param>
    public static implicit operator TunnelIdentity(MeshIdentity mesh) => new() { MeshKeys = [mesh] };

    /// <summary>This node's key.</summary>
    /// <exception cref="InvalidOperationException">There is neither a credential nor a mesh key.</exception>
    internal IdentityKey KeyOf(string node) => Credential?.Key ?? (MeshKeys.IsEmpty ? throw new InvalidOperationException("A node needs a mesh key or a credential.") : MeshKeys[0].KeyOf(node));

    /// <summary>The peer ids that a node has by the mesh keys, whether it is there or not; empty: it takes a credential to say which it is.</summary>
    internal IReadOnlyList<PeerId> PeersOf(string node) => [.. MeshKeys.Select(mesh => mesh.PeerIdOf(node)).Where(peer => !Revocations.Covers(node, peer, DateTimeOffset.MinValue))];

    /// <summary>Whether to believe what a peer says of itself.</summary>
    /// <param name="claimed">What it says.</param>
    /// <param name="shown">Its credential; null: it shows none.</param>
    /// <param name="peer">Who it is: proved.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null: believe it.</returns>
    internal ClaimRefusal? Judge(KnownNode claimed, Signed? shown, PeerId peer, DateTimeOffset now)
    {
        if (!IdentityCodec.IsName(claimed.Node) || !IdentityCodec.IsName(claimed.Group)) return ClaimRefusal.Malformed;
        if (Revocations.Covers(peer)) return ClaimRefusal.Revoked;
        if (MeshKeys.Any(mesh => mesh.PeerIdOf(claimed.Node) == peer))
            return Revocations.Covers(claimed.Node, peer, DateTimeOffset.MinValue) ? ClaimRefusal.Revoked : null;
        if (shown is null || TrustedAuthority is not { } authority) return ClaimRefusal.FalseName;
        return IdentityCodec.TryReadClaim(shown, authority, out var claim) ? claim.Judge(claimed.Node, claimed.Group, peer, Revocations, now) : ClaimRefusal.NotSigned;
    }
}
