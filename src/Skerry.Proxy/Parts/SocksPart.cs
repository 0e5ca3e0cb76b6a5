using System.Net;

using Skerry.Proxy.Forwarding;
using Skerry.Proxy.Socks;

namespace Skerry.Proxy.Parts;

/// <summary>The SOCKS server, when there is one.</summary>
/// <param name="identity">This node.</param>
/// <param name="parts">What it stands on.</param>
/// <param name="terms">What listeners have in common.</param>
internal sealed class SocksPart(ProxyIdentity identity, SocksParts parts, ConnectionTerms terms) : ProxyPart
{
    private SocksServer? _server;
    private IPEndPoint? _place;

    /// <summary>Where it listens; null: nowhere.</summary>
    public IPEndPoint? Address => _server?.Address;

    public override PreparedChange Prepare(ProxyOptions options)
    {
        var serving = SocksTerms.Of(options, identity);
        var place = options.Socks.Listen;
        if (Equals(place, _place) || (place is not null && place.Equals(Address)))
        {
            return new PreparedChange(
                () =>
                {
                    _place = place;
                    _server?.Change(serving);
                    return Task.CompletedTask;
                },
                () => Task.CompletedTask);
        }

        var opened = place is null ? null : new SocksServer(place, serving, parts, terms);
        return new PreparedChange(() => SwapAsync(place, opened), () => opened?.DisposeAsync().AsTask() ?? Task.CompletedTask);
    }

    public override ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task SwapAsync(IPEndPoint? place, SocksServer? opened)
    {
        var before = _server;
        (_place, _server) = (place, opened);
        if (opened is not null)
        {
            opened.Start();
            ProxyLog.SocksOpened(terms.Logger, opened.Address.ToString());
            if (!IPAddress.IsLoopback(opened.Address.Address)) ProxyLog.Open(terms.Logger, "SOCKS", opened.Address.ToString());
        }

        if (before is not null) await before.DisposeAsync();
    }
}
