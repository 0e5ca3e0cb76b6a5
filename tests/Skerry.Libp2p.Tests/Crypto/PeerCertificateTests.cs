using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

using Skerry.Libp2p.Crypto;

namespace Skerry.Libp2p.Tests.Crypto;

/// <summary>The certificates of the libp2p TLS specification's test vectors, and our own.</summary>
public sealed class PeerCertificateTests
{
    private const string Ed25519Certificate =
        "308201ae30820156a0030201020204499602d2300a06082a8648ce3d040302302031123010060355040a13096c69627032702e696f310a300806035504051301313020170d373530313031"
        + "3133303030305a180f34303936303130313133303030305a302031123010060355040a13096c69627032702e696f310a300806035504051301313059301306072a8648ce3d020106082a86"
        + "48ce3d030107034200040c901d423c831ca85e27c73c263ba132721bb9d7a84c4f0380b2a6756fd601331c8870234dec878504c174144fa4b14b66a651691606d8173e55bd37e381569ea3"
        + "7c307a3078060a2b0601040183a25a0101046a3068042408011220a77f1d92fedb59dddaea5a1c4abd1ac2fbde7d7b879ed364501809923d7c11b90440d90d2769db992d5e6195dbb08e70"
        + "6b6651e024fda6cfb8846694a435519941cac215a8207792e42849cccc6cd8136c6e4bde92a58c5e08cfd4206eb5fe0bf909300a06082a8648ce3d0403020346003043021f50f6b6c52711"
        + "a881778718238f650c9fb48943ae6ee6d28427dc6071ae55e702203625f116a7a454db9c56986c82a25682f7248ea1cb764d322ea983ed36a31b77";

    private const string EcdsaCertificate =
        "308201f63082019da0030201020204499602d2300a06082a8648ce3d040302302031123010060355040a13096c69627032702e696f310a300806035504051301313020170d373530313031"
        + "3133303030305a180f34303936303130313133303030305a302031123010060355040a13096c69627032702e696f310a300806035504051301313059301306072a8648ce3d020106082a86"
        + "48ce3d030107034200040c901d423c831ca85e27c73c263ba132721bb9d7a84c4f0380b2a6756fd601331c8870234dec878504c174144fa4b14b66a651691606d8173e55bd37e381569ea3"
        + "81c23081bf3081bc060a2b0601040183a25a01010481ad3081aa045f0803125b3059301306072a8648ce3d020106082a8648ce3d03010703420004bf30511f909414ebdd3242178fd290f0"
        + "93a551cf75c973155de0bb5a96fedf6cb5d52da7563e794b512f66e60c7f55ba8a3acf3dd72a801980d205e8a1ad29f2044730450220064ea8124774caf8f50e57f436aa62350ce652418c"
        + "019df5d98a3ac666c9386a022100aa59d704a931b5f72fb9222cb6cc51f954d04a4e2e5450f8805fe8918f71eaae300a06082a8648ce3d04030203470030440220799395b0b6c1e940a7e4"
        + "484705f610ab51ed376f19ff9d7c16757cfbf61b8d4302206205c03fbb0f95205c779be86581d3e31c01871ad5d1f3435bcf375cb0e5088a";

    private const string Secp256k1Certificate =
        "308201ba3082015fa0030201020204499602d2300a06082a8648ce3d040302302031123010060355040a13096c69627032702e696f310a300806035504051301313020170d373530313031"
        + "3133303030305a180f34303936303130313133303030305a302031123010060355040a13096c69627032702e696f310a300806035504051301313059301306072a8648ce3d020106082a86"
        + "48ce3d030107034200040c901d423c831ca85e27c73c263ba132721bb9d7a84c4f0380b2a6756fd601331c8870234dec878504c174144fa4b14b66a651691606d8173e55bd37e381569ea3"
        + "8184308181307f060a2b0601040183a25a01010471306f0425080212210206dc6968726765b820f050263ececf7f71e4955892776c0970542efd689d2382044630440220145e15a991961f"
        + "0d08cd15425bb95ec93f6ffa03c5a385eedc34ecf464c7a8ab022026b3109b8a3f40ef833169777eb2aa337cfb6282f188de0666d1bcec2a4690dd300a06082a8648ce3d04030203490030"
        + "46022100e1a217eeef9ec9204b3f774a08b70849646b6a1e6b8b27f93dc00ed58545d9fe022100b00dafa549d0f03547878338c7b15e7502888f6d45db387e5ae6b5d46899cef0";

    private const string MismatchedCertificate =
        "308201f73082019da0030201020204499602d2300a06082a8648ce3d040302302031123010060355040a13096c69627032702e696f310a300806035504051301313020170d373530313031"
        + "3133303030305a180f34303936303130313133303030305a302031123010060355040a13096c69627032702e696f310a300806035504051301313059301306072a8648ce3d020106082a86"
        + "48ce3d030107034200040c901d423c831ca85e27c73c263ba132721bb9d7a84c4f0380b2a6756fd601331c8870234dec878504c174144fa4b14b66a651691606d8173e55bd37e381569ea3"
        + "81c23081bf3081bc060a2b0601040183a25a01010481ad3081aa045f0803125b3059301306072a8648ce3d020106082a8648ce3d03010703420004bf30511f909414ebdd3242178fd290f0"
        + "93a551cf75c973155de0bb5a96fedf6cb5d52da7563e794b512f66e60c7f55ba8a3acf3dd72a801980d205e8a1ad29f204473045022100bb6e03577b7cc7a3cd1558df0da2b117dfdcc039"
        + "9bc2504ebe7de6f65cade72802206de96e2a5be9b6202adba24ee0362e490641ac45c240db71fe955f2c5cf8df6e300a06082a8648ce3d0403020348003045022100e847f267f43717358f"
        + "850355bdcabbefb2cfbf8a3c043b203a14788a092fe8db022027c1d04a2d41fd6b57a7e8b3989e470325de4406e52e084e34a3fd56eef0d0df";

    [Theory]
    [InlineData(Ed25519Certificate, "12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv")]
    [InlineData(EcdsaCertificate, "QmfXbAwNjJLXfesgztEHe8HwgVDCMMpZ9Eax1HYq6hn9uE")]
    public void A_certificate_proves_its_peer(string certificate, string peer)
    {
        using var presented = X509CertificateLoader.LoadCertificate(Convert.FromHexString(certificate));
        var key = PeerCertificate.Verify(presented, out var error);
        Assert.Null(error);
        Assert.Equal(peer, PeerId.FromPublicKey(key!).ToString());
    }

    [Theory]
    [InlineData(MismatchedCertificate)]
    [InlineData(Secp256k1Certificate)] // its signature is beyond what is verified here
    public void A_certificate_that_its_peer_did_not_sign_proves_nothing(string certificate)
    {
        using var presented = X509CertificateLoader.LoadCertificate(Convert.FromHexString(certificate));
        Assert.Null(PeerCertificate.Verify(presented, out var error));
        Assert.NotNull(error);
    }

    [Fact]
    public void A_certificate_that_names_two_peers_proves_nothing()
    {
        using var ours = PeerCertificate.Create(IdentityKey.Generate(), DateTimeOffset.UtcNow);
        var word = ours.Extensions.Single(extension => extension.Oid?.Value == "1.3.6.1.4.1.53594.1.1");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=libp2p", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(word);
        request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.53594.1.2", word.RawData, critical: false));
        using var both = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        // .NET does not make one with the same extension twice: the second gets the first's number.
        var bytes = both.RawData;
        bytes[bytes.AsSpan().IndexOf((byte[])[0x83, 0xA2, 0x5A, 1, 2]) + 4] = 1;
        using var twice = X509CertificateLoader.LoadCertificate(bytes);
        Assert.Null(PeerCertificate.Verify(twice, out var error));
        Assert.NotNull(error);
    }

    [Fact]
    public void Changed_certificates_prove_nobody_else()
    {
        var random = new Random(1);
        string[] sound = [Ed25519Certificate, EcdsaCertificate, Secp256k1Certificate];
        string[] peers = ["12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv", "QmfXbAwNjJLXfesgztEHe8HwgVDCMMpZ9Eax1HYq6hn9uE"];
        for (var round = 0; round < 3000; round++)
        {
            var bytes = Convert.FromHexString(sound[round % sound.Length]);
            for (var change = random.Next(1, 4); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            X509Certificate2 presented;
            try
            {
                presented = X509CertificateLoader.LoadCertificate(bytes);
            }
            catch (CryptographicException)
            {
                continue; // TLS itself refuses it
            }

            using (presented)
            {
                if (PeerCertificate.Verify(presented, out _) is { } proved) Assert.Contains(PeerId.FromPublicKey(proved).ToString(), peers);
            }
        }
    }

    [Fact]
    public void Our_own_certificate_proves_us()
    {
        var identity = IdentityKey.Generate();
        using var certificate = PeerCertificate.Create(identity, DateTimeOffset.UnixEpoch.AddYears(50));
        Assert.Equal(identity.PeerId, PeerId.FromPublicKey(PeerCertificate.Verify(certificate, out _)!));
    }
}
