using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

using Microsoft.Extensions.Logging;

namespace Skerry.Gateway.Tls;

/// <summary>The certificate of a listener, read again when its files change; a pair that cannot be read leaves the last good one in use.</summary>
internal sealed class CertificateFiles : IDisposable
{
    /// <summary>How often the files are looked at: renewals come weeks before they are needed, and links swapped by an orchestrator make no file event.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly string _listener;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private TlsOptions _options;
    private (DateTime Certificate, DateTime Key) _written;
    private volatile SslStreamCertificateContext _current;

    private CertificateFiles(string listener, TlsOptions options, SslStreamCertificateContext current, TimeProvider time, ILogger logger)
    {
        _listener = listener;
        _options = options;
        _current = current;
        _logger = logger;
        _written = WrittenAt(options);
        _timer = time.CreateTimer(_ => LookAgain(), null, Interval, Interval);
    }

    public SslStreamCertificateContext Current => _current;

    /// <exception cref="GatewayException">The files cannot be read.</exception>
    public static CertificateFiles Open(string listener, TlsOptions options, TimeProvider time, ILogger logger) => new(listener, options, Read(listener, options), time, logger);

    /// <summary>Throws when the files cannot be used, without keeping anything of them.</summary>
    /// <exception cref="GatewayException">The files cannot be read.</exception>
    public static SslStreamCertificateContext Read(string listener, TlsOptions options)
    {
        try
        {
            using var leaf = X509Certificate2.CreateFromPemFile(options.Certificate, options.Key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(options.Certificate);
            if (chain.Count > 0) chain.RemoveAt(0); // the first is the leaf
            // A key straight from PEM is bound to this object; the detour through PKCS#12 gives one that stands alone.
            return SslStreamCertificateContext.Create(X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null), chain, offline: true);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GatewayException($"Gateway listener {listener}: the certificate {options.Certificate} with the key {options.Key} cannot be used: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Puts other files in use, read and found good before.</summary>
    public void Replace(TlsOptions options, SslStreamCertificateContext current)
    {
        lock (_gate)
        {
            _options = options;
            _written = WrittenAt(options);
            _current = current;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void LookAgain()
    {
        lock (_gate)
        {
            var written = WrittenAt(_options);
            if (written == _written) return;
            try
            {
                _current = Read(_listener, _options);
                GatewayLog.CertificateRead(_logger, _listener, _options.Certificate);
                _written = written;
            }
            catch (GatewayException unreadable)
            {
                // Perhaps one of the two is still being written: the next look will see another change. Told once for each state of the files.
                GatewayLog.CertificateUnreadable(_logger, _listener, unreadable.Message);
                _written = written;
            }
        }
    }

    private static (DateTime, DateTime) WrittenAt(TlsOptions options) => (WrittenAt(options.Certificate), WrittenAt(options.Key));

    private static DateTime WrittenAt(string path)
    {
        // Through links: what they point at is what changes.
        var file = new FileInfo(path);
        try
        {
            return file.ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.LastWriteTimeUtc : file.LastWriteTimeUtc;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
