using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Skerry.Libp2p.Crypto;

/// <summary>
/// The certificate of libp2p's TLS (tls/tls.md): signed by its own short-lived key, which the peer's identity key has signed in an extension.
/// </summary>
internal static class PeerCertificate
{
    private const string ExtensionOid = "1.3.6.1.4.1.53594.1.1";

    /// <summary>RFC 8410.</summary>
    private const string Ed25519Signature = "1.3.101.112";

    private static readonly byte[] SignedPrefix = [.. "libp2p-tls-handshake:"u8];

    /// <summary>A fresh certificate for a peer.</summary>
    public static X509Certificate2 Create(IdentityKey identity, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=libp2p", key, HashAlgorithmName.SHA256);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(identity.PublicKey.Encoded);
            writer.WriteOctetString(identity.Sign([.. SignedPrefix, .. key.ExportSubjectPublicKeyInfo()]));
        }

        request.CertificateExtensions.Add(new X509Extension(ExtensionOid, writer.Encode(), critical: false));
        // Clocks of edge machines are wrong by days: the certificate lives for one connection and proves nothing by its dates.
        return request.CreateSelfSigned(now.AddDays(-365), now.AddDays(36500));
    }

    /// <summary>Who a certificate proves the other side to be; null with the reason when it proves nobody.</summary>
    public static PublicKey? Verify(X509Certificate2 certificate, out string? error)
    {
        error = null;
        try
        {
            if (certificate.Extensions.Where(extension => extension.Oid?.Value == ExtensionOid).ToArray() is not [var extension])
            {
                error = "the certificate does not name a peer, or more than one";
                return null;
            }

            var sequence = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            var encoded = sequence.ReadOctetString();
            var signature = sequence.ReadOctetString();
            sequence.ThrowIfNotEmpty();
            if (!PublicKey.TryDecode(encoded, out var key)) error = "the certificate names a peer by no key there is";
            else if (!key.Verify([.. SignedPrefix, .. certificate.PublicKey.ExportSubjectPublicKeyInfo()], signature)) error = "the certificate is not signed by the peer it names";
            else if (!IsSelfSigned(certificate)) error = "the certificate is not signed by its own key";
            else return key;
        }
        catch (Exception unreadable) when (unreadable is AsnContentException or CryptographicException or PlatformNotSupportedException or ArgumentException)
        {
            error = "the certificate's words on its peer cannot be read";
        }

        return null;
    }

    private static bool IsSelfSigned(X509Certificate2 certificate)
    {
        var parts = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
        var signed = parts.ReadEncodedValue().Span;
        parts.ReadEncodedValue();
        var signature = parts.ReadBitString(out _);
        HashAlgorithmName? hash = certificate.SignatureAlgorithm.Value switch
        {
            "1.2.840.10045.4.3.2" or "1.2.840.113549.1.1.11" => HashAlgorithmName.SHA256,
            "1.2.840.10045.4.3.3" or "1.2.840.113549.1.1.12" => HashAlgorithmName.SHA384,
            "1.2.840.10045.4.3.4" or "1.2.840.113549.1.1.13" => HashAlgorithmName.SHA512,
            _ => null,
        };
        if (certificate.SignatureAlgorithm.Value == Ed25519Signature) return Ed25519.Verify(certificate.PublicKey.EncodedKeyValue.RawData, signed, signature);
        if (hash is not { } algorithm) return false;
        using var ecdsa = certificate.PublicKey.GetECDsaPublicKey();
        using var rsa = certificate.PublicKey.GetRSAPublicKey();
        return ecdsa?.VerifyData(signed, signature, algorithm, DSASignatureFormat.Rfc3279DerSequence)
            ?? rsa?.VerifyData(signed, signature, algorithm, RSASignaturePadding.Pkcs1)
            ?? false;
    }
}
