namespace Skerry.Libp2p;

/// <summary>Kinds of identity keys; the numbers are those of the peer-ids specification.</summary>
public enum KeyType
{
    /// <summary>RSA, a DER-encoded PKIX public key.</summary>
    Rsa = 0,

    /// <summary>Ed25519, 32 bytes: what Skerry's own nodes have.</summary>
    Ed25519 = 1,

    /// <summary>ECDSA over secp256k1: recognised, but its signatures are not verified, so such a peer cannot connect.</summary>
    Secp256k1 = 2,

    /// <summary>ECDSA, a DER-encoded PKIX public key.</summary>
    Ecdsa = 3,
}
