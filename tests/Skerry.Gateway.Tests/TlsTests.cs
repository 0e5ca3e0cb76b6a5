using System.Net;
using System.Net.Security;
using System.Net.Sockets;
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_certificate_changed_on_disk_is_used_for_new_connections_and_open_ones_go_on(int version)
    {
        var goOn = new TaskCompletionSource();
        await using var backend = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none");
            await goOn.Task.WaitAsync(TimeSpan.FromMinutes(1));
            await connection.WriteAsync("two");
        });
        var tls = MakeCertificate();
        var options = TestGateway.Options(TestGateway.To(backend));
        options = options with { Listeners = [options.Listeners[0] with { Tls = tls }] };
        await using var gateway = await TestGateway.StartAsync(options);
        using var old = new TlsClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{gateway.Address}/")
        {
            Version = version == 2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await old.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        // A pair that does not fit, and no pair at all, leave the old one in use.
        File.WriteAllText(tls.Key, "not a key");
        File.Delete(tls.Certificate);
        await gateway.UntilLogAsync("stays as it was");
        MakeCertificate("CN=new.test", Path.GetDirectoryName(tls.Certificate)!);
        await gateway.UntilLogAsync("uses the certificate");
        using var fresh = new TlsClient();
        await using (await fresh.ConnectAsync(gateway.Address)) Assert.Equal("CN=new.test", fresh.Subject);

        goOn.SetResult();
        Assert.Equal("onetwo", await answer.Content.ReadAsStringAsync());
        Assert.Equal("CN=shop.test", old.Subject);
    }

    [Fact]
    public async Task A_client_that_does_not_finish_its_handshake_or_speaks_something_else_costs_the_others_nothing()
    {
        await using var backend = Backend.Answering(Backend.Ok("secret"));
        var options = TestGateway.Options(TestGateway.To(backend));
        options = options with { Listeners = [options.Listeners[0] with { Tls = MakeCertificate() }] };
        await using var gateway = await TestGateway.StartAsync(options);
        using var silent = new TcpClient();
        await silent.ConnectAsync(gateway.Address);
        Assert.DoesNotContain("HTTP", await gateway.RawAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), StringComparison.Ordinal);
        using var client = new TlsClient();
        Assert.Equal("secret", await client.Http.GetStringAsync(new Uri($"https://{gateway.Address}/")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Large_bodies_pass_both_ways_over_tls(int version)
    {
        await using var instance = await WebInstance.StartAsync(async http => await http.Request.Body.CopyToAsync(http.Response.Body, http.RequestAborted));
        var options = TestGateway.Options(new Gateway.Plugins.Upstream.UpstreamOptions { Addresses = [instance.Address] });
        options = options with { Listeners = [options.Listeners[0] with { Tls = MakeCertificate() }] };
        await using var gateway = await TestGateway.StartAsync(options);
        using var client = new TlsClient();
        var sent = RandomNumberGenerator.GetBytes(5_000_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{gateway.Address}/")
        {
            Version = version == 2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(sent),
        };
        using var answer = await client.Http.SendAsync(request);
        Assert.Equal(sent, await answer.Content.ReadAsByteArrayAsync());
    }

    private static TlsOptions MakeCertificate(string name = "CN=shop.test", string? into = null)
    {
        var directory = into ?? Directory.CreateTempSubdirectory("skerry-test-").FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var options = new TlsOptions { Certificate = Path.Combine(directory, "site.pem"), Key = Path.Combine(directory, "site.key") };
        File.WriteAllText(options.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(options.Key, key.ExportPkcs8PrivateKeyPem());
        return options;
    }

    /// <summary>A client that takes the certificates of these tests and remembers whose it was.</summary>
    private sealed class TlsClient : IDisposable
    {
        public TlsClient()
        {
            var handler = new SocketsHttpHandler();
            handler.SslOptions.RemoteCertificateValidationCallback = Remember;
            Http = new HttpClient(handler);
        }

        public HttpClient Http { get; }

        public string? Subject { get; private set; }

        public async Task<SslStream> ConnectAsync(IPEndPoint address)
        {
            var client = new TcpClient();
            await client.ConnectAsync(address);
            var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, Remember);
            await stream.AuthenticateAsClientAsync("shop.test");
            return stream;
        }

        public void Dispose() => Http.Dispose();

        private bool Remember(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            Subject = certificate!.Subject;
            return Subject.EndsWith(".test", StringComparison.Ordinal);
        }
    }
}
