using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Skerry.Gateway.Tests;

public sealed class TlsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_listener_with_a_certificate_speaks_both_versions(int version)
    {
        string? seen = null;
        await using var backend = Backend.Start(async connection =>
        {
            seen = await connection.ReadRequestAsync();
            await connection.WriteAsync(Backend.Ok("secret"));
        });
        var options = TestGateway.Options(TestGateway.To(backend));
        options = options with { Listeners = [options.Listeners[0] with { Tls = MakeCertificate() }] };
        await using var gateway = await TestGateway.StartAsync(options);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Subject == "CN=shop.test";
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{gateway.Address}/")
        {
            Version = version == 2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await http.SendAsync(request);
        Assert.Equal("secret", await answer.Content.ReadAsStringAsync());
        Assert.Contains("X-Forwarded-Proto: https\r\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_is_told_by_its_file()
    {
        await using var backend = Backend.Answering(Backend.Ok(""));
        var options = TestGateway.Options(TestGateway.To(backend));
        options = options with { Listeners = [options.Listeners[0] with { Tls = new TlsOptions { Certificate = "/nowhere/site.pem", Key = "/nowhere/site.key" } }] };
        var refused = await Assert.ThrowsAsync<GatewayException>(() => TestGateway.StartAsync(options));
        Assert.Contains("/nowhere/site.pem", refused.Message, StringComparison.Ordinal);
    }

    private static TlsOptions MakeCertificate()
    {
        var directory = Directory.CreateTempSubdirectory("skerry-test-").FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=shop.test", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var options = new TlsOptions { Certificate = Path.Combine(directory, "site.pem"), Key = Path.Combine(directory, "site.key") };
        File.WriteAllText(options.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(options.Key, key.ExportPkcs8PrivateKeyPem());
        return options;
    }
}
