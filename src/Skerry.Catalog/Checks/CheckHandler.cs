using System.Diagnostics.CodeAnalysis;
using System.Net.Security;

namespace Skerry.Catalog.Checks;

/// <summary>The HTTP handler of a check: a connection of its own each run, so that a hung one never answers for the next.</summary>
internal static class CheckHandler
{
    [SuppressMessage("Security", "CA5359:Do not disable certificate validation", Justification = "The operator asked for it by TlsSkipVerify.")]
    private static readonly RemoteCertificateValidationCallback AcceptAny = (_, _, _, _) => true;

    public static SocketsHttpHandler For(CheckDefinition check)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, UseCookies = false, UseProxy = false };
        if (check.TlsSkipVerify) handler.SslOptions.RemoteCertificateValidationCallback = AcceptAny;
        if (check.TlsServerName.Length > 0) handler.SslOptions.TargetHost = check.TlsServerName;
        return handler;
    }
}
