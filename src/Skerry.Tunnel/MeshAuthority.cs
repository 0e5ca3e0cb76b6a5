using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

using Google.Protobuf;

using Skerry.Libp2p;
using Skerry.Tunnel.Claims;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel;

/// <summary>Who says which key belongs to which node of a mesh. Its file is needed to issue and to revoke, and by no node.</summary>
public sealed class MeshAuthority
{
    private readonly AuthorityFile _file;
    private readonly IdentityKey _key;

    internal MeshAuthority(AuthorityFile file) => (_file, _key) = (file, IdentityKey.FromSeed(file.Seed.Span));

    /// <summary>Its public key, Ed25519: by it nodes know what it signed.</summary>
    public PublicKey PublicKey => _key.PublicKey;

    /// <summary>A new authority, for a mesh with secrets of its own.</summary>
    public static MeshAuthority Create() => Create(RandomNumberGenerator.GetBytes(MeshIdentity.KeyLength), RandomNumberGenerator.GetBytes(32));

    /// <summary>A new authority for a mesh that has a key already: nodes with credentials and nodes with the key have the same network and the same gossip.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="gossipKey">What its gossip is encrypted with, 32 bytes.</param>
    public static MeshAuthority Create(MeshIdentity mesh, ReadOnlySpan<byte> gossipKey) => Create(mesh.NetworkKey, gossipKey);

    /// <summary>Reads an authority.</summary>
    /// <param name="text">What <see cref="ToFile"/> gave.</param>
    /// <param name="authority">The authority.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out MeshAuthority? authority)
    {
        authority = null;
        return Armour.TryRead(Armour.Authority, text, Armour.MaxKeyFile, out var bytes) && IdentityCodec.TryReadAuthority(bytes, out authority);
    }

    /// <summary>The authority as a file. It is the mesh's greatest secret.</summary>
    public string ToFile() => Armour.Write(Armour.Authority, _file.ToByteArray());

    /// <summary>Gives a node a fresh key and says that it is the node's.</summary>
    /// <param name="node">Its name, 1 to <see cref="Credential.MaxName"/> characters.</param>
    /// <param name="group">Its group, the same.</param>
    /// <param name="now">The time.</param>
    /// <param name="notBefore">It holds from then on.</param>
    /// <param name="notAfter">It holds until then; later than <paramref name="notBefore"/>.</param>
    public Credential Issue(string node, string group, DateTimeOffset now, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(notBefore, notAfter);
        var seed = RandomNumberGenerator.GetBytes(IdentityCodec.KeyLength);
        var peer = IdentityKey.FromSeed(seed).PeerId;
        var claim = new CredentialClaim(node, group, peer, IdentityCodec.Rounded(now), IdentityCodec.Rounded(notBefore), IdentityCodec.Rounded(notAfter));
        ArgumentOutOfRangeException.ThrowIfEqual(IdentityCodec.IsSound(claim), false);
        var file = new CredentialFile
        {
            Version = IdentityCodec.Version,
            Claim = IdentityCodec.Sign(claim, _key),
            Seed = ByteString.CopyFrom(seed),
            Authority = ByteString.CopyFrom(PublicKey.Data),
            NetworkKey = _file.NetworkKey,
            GossipKey = _file.GossipKey,
        };
        return new Credential(file, claim, PublicKey);
    }

    /// <summary>The list with which an authority begins: nothing is revoked.</summary>
    public RevocationList RevokeNothing() => new(0, [], IdentityCodec.Sign(0, [], _key).ToByteArray());

    /// <summary>The next list: what the last one names, and one more.</summary>
    /// <param name="last">The newest list there is.</param>
    /// <param name="more">What holds no more.</param>
    /// <exception cref="ArgumentException">It is neither a node's name nor a peer.</exception>
    public RevocationList Revoke(RevocationList last, Revocation more)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(last.Entries.Count, RevocationList.MaxEntries);
        if (!IdentityCodec.IsSound(more)) throw new ArgumentException($"'{more.Node}' cannot be a node.", nameof(more));
        IReadOnlyList<Revocation> entries = [.. last.Entries, more with { Revoked = IdentityCodec.Rounded(more.Revoked) }];
        return new RevocationList(last.Number + 1, entries, IdentityCodec.Sign(last.Number + 1, entries, _key).ToByteArray());
    }

    private static MeshAuthority Create(ReadOnlySpan<byte> networkKey, ReadOnlySpan<byte> gossipKey) => new(new AuthorityFile
    {
        Version = IdentityCodec.Version,
        Seed = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(IdentityCodec.KeyLength)),
        NetworkKey = ByteString.CopyFrom(networkKey),
        GossipKey = ByteString.CopyFrom(gossipKey),
    });
}
