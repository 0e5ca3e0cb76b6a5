using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

using Skerry.Libp2p;
using Skerry.Tunnel.Claims;

namespace Skerry.Tunnel.Wire;

/// <summary>Credentials, authorities and lists of revocations as bytes (identity.proto). What is read may be anything; what is signed is checked before it is looked at.</summary>
internal static class IdentityCodec
{
    /// <summary>The only version there is.</summary>
    public const uint Version = 1;

    /// <summary>Bytes of a seed, of a public key, and of each shared secret.</summary>
    public const int KeyLength = 32;

    private const int SignatureLength = 64;
    private static readonly byte[] ForCredentials = [.. "skerry credential"u8, 0];
    private static readonly byte[] ForRevocations = [.. "skerry revocations"u8, 0];

    /// <summary>A time as precise as it is kept.</summary>
    public static DateTimeOffset Rounded(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <summary>Whether it is what can be said of a node.</summary>
    public static bool IsSound(CredentialClaim claim) => IsName(claim.Node) && IsName(claim.Group) && !claim.Peer.IsEmpty && claim.NotBefore <= claim.NotAfter;

    /// <summary>Whether it names a node or a peer, and not both.</summary>
    public static bool IsSound(Revocation revocation) => revocation.Peer.IsEmpty ? IsName(revocation.Node) : revocation.Node.Length == 0;

    /// <summary>Whether it can be a node's name, or a group's.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= Credential.MaxName && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');

    public static Signed Sign(CredentialClaim claim, IdentityKey key) => Sign(ForCredentials, key, new ClaimBody
    {
        Version = Version,
        Node = claim.Node,
        Group = claim.Group,
        Peer = ByteString.CopyFrom(claim.Peer.Bytes),
        Issued = claim.Issued.ToUnixTimeMilliseconds(),
        NotBefore = claim.NotBefore.ToUnixTimeMilliseconds(),
        NotAfter = claim.NotAfter.ToUnixTimeMilliseconds(),
    });

    public static Signed Sign(ulong number, IEnumerable<Revocation> entries, IdentityKey key) => Sign(ForRevocations, key, new RevocationsBody
    {
        Version = Version,
        Number = number,
        Entries =
        {
            entries.Select(entry => new RevocationEntry { Node = entry.Node, Peer = ByteString.CopyFrom(entry.Peer.Bytes), Revoked = entry.Revoked.ToUnixTimeMilliseconds() }),
        },
    });

    /// <returns>False when the authority did not sign it, or it is no claim.</returns>
    public static bool TryReadClaim(Signed? signed, PublicKey authority, [NotNullWhen(true)] out CredentialClaim? claim)
    {
        claim = null;
        if (!IsSigned(ForCredentials, signed, authority) || !Messages.TryParse(ClaimBody.Parser, signed.Body.ToByteArray(), out var body) || body.Version != Version) return false;
        if (!PeerId.TryRead(body.Peer.Span, out var peer)) return false;
        if (!TryTime(body.Issued, out var issued) || !TryTime(body.NotBefore, out var notBefore) || !TryTime(body.NotAfter, out var notAfter)) return false;
        var read = new CredentialClaim(body.Node, body.Group, peer, issued, notBefore, notAfter);
        if (!IsSound(read)) return false;
        claim = read;
        return true;
    }

    /// <returns>False when the authority did not sign it, or it is no list.</returns>
    public static bool TryReadRevocations(byte[] bytes, PublicKey authority, out ulong number, out IReadOnlyList<Revocation> entries)
    {
        (number, entries) = (0, []);
        if (!Messages.TryParse(Signed.Parser, bytes, out var signed) || !IsSigned(ForRevocations, signed, authority)) return false;
        if (!Messages.TryParse(RevocationsBody.Parser, signed.Body.ToByteArray(), out var body) || body.Version != Version || body.Entries.Count > RevocationList.MaxEntries) return false;
        var read = new List<Revocation>(body.Entries.Count);
        foreach (var entry in body.Entries)
        {
            PeerId peer = default;
            if (!TryTime(entry.Revoked, out var revoked) || (entry.Peer.Length > 0 && !PeerId.TryRead(entry.Peer.Span, out peer))) return false;
            var one = new Revocation(entry.Node, peer, revoked);
            if (!IsSound(one)) return false;
            read.Add(one);
        }

        (number, entries) = (body.Number, read);
        return true;
    }

    /// <returns>False when it is none, or does not fit together.</returns>
    public static bool TryReadCredential(byte[] bytes, [NotNullWhen(true)] out Credential? credential)
    {
        credential = null;
        if (!Messages.TryParse(CredentialFile.Parser, bytes, out var file) || file.Version != Version) return false;
        if (!AreKeys(file.Seed, file.Authority, file.NetworkKey, file.GossipKey)) return false;
        var authority = PublicKey.FromEd25519(file.Authority.Span);
        if (!TryReadClaim(file.Claim, authority, out var claim) || IdentityKey.FromSeed(file.Seed.Span).PeerId != claim.Peer) return false;
        credential = new Credential(file, claim, authority);
        return true;
    }

    /// <returns>False when it is none.</returns>
    public static bool TryReadAuthority(byte[] bytes, [NotNullWhen(true)] out MeshAuthority? authority)
    {
        var isSound = Messages.TryParse(AuthorityFile.Parser, bytes, out var file) && file.Version == Version && AreKeys(file.Seed, file.NetworkKey, file.GossipKey);
        authority = isSound ? new MeshAuthority(file!) : null;
        return isSound;
    }

    private static bool AreKeys(params ReadOnlySpan<ByteString> keys)
    {
        foreach (var key in keys)
        {
            if (key.Length != KeyLength) return false;
        }

        return true;
    }

    private static Signed Sign(byte[] purpose, IdentityKey key, IMessage message)
    {
        var body = message.ToByteString();
        return new Signed { Body = body, Signature = ByteString.CopyFrom(key.Sign([.. purpose, .. body.Span])) };
    }

    private static bool IsSigned(byte[] purpose, [NotNullWhen(true)] Signed? signed, PublicKey authority) =>
        signed is not null && signed.Signature.Length == SignatureLength && authority.Verify([.. purpose, .. signed.Body.Span], signed.Signature.Span);

    private static bool TryTime(long milliseconds, out DateTimeOffset time)
    {
        var isSound = milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        time = isSound ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : default;
        return isSound;
    }
}
