using System.Net;

using Skerry.Catalog;
using Skerry.Proxy.Dns;
using Skerry.Proxy.Forwarding;
using Skerry.Proxy.Virtual;

namespace Skerry.Proxy.Parts;

/// <summary>The DNS server, when there is one.</summary>
/// <param name="identity">This node.</param>
/// <param name="catalog">The newest snapshot.</param>
/// <param name="addresses">Virtual addresses of services.</param>
/// <param name="terms">What listeners have in common.</param>
internal sealed class DnsPart(ProxyIdentity identity, Func<CatalogSnapshot> catalog, IServiceAddresses addresses, ConnectionTerms terms) : ProxyPart
{
    private DnsServer? _server;
    private IPEndPoint? _place;

    /// <summary>Where it answers; null: nowhere.</summary>
    public IPEndPoint? Address => _server?.Address;

    public override PreparedChange Prepare(ProxyOptions options)
    {
        var place = options.Dns.Enable ? options.Dns.Listen ?? DnsOptions.DefaultListen : null;
        var answering = DnsTerms.Of(options.Dns, identity, addresses);
        if (place is null ? _server is null : Equals(place, _server is null ? null : _place) || place.Equals(Address))
            return new PreparedChange(() => Keep(place, answering), () => Task.CompletedTask);
        var opened = place is null ? null : Open(place, answering, mayBeTaken: options.Dns.Listen is null);
        return new PreparedChange(() => SwapAsync(place, opened, options.Dns.Domain), () => opened?.DisposeAsync().AsTask() ?? Task.CompletedTask);
    }

    public override ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private DnsServer? Open(IPEndPoint place, DnsTerms answering, bool mayBeTaken)
    {
        try
        {
            return DnsServer.Open(place, answering, catalog, terms);
        }
        catch (ProxyException taken) when (mayBeTaken)
        {
            // Nobody asked for this address: several agents on one host are no reason not to start.
            ProxyLog.DnsTaken(terms.Logger, taken.Message);
            return null;
        }
    }

    private Task Keep(IPEndPoint? place, DnsTerms answering)
    {
        _place = place;
        _server?.Change(answering);
        return Task.CompletedTask;
    }

    private async Task SwapAsync(IPEndPoint? place, DnsServer? opened, string domain)
    {
        var before = _server;
        (_place, _server) = (place, opened);
        if (opened is not null)
        {
            opened.Start();
            ProxyLog.DnsOpened(terms.Logger, domain, opened.Address.ToString());
            if (!IPAddress.IsLoopback(opened.Address.Address)) ProxyLog.Open(terms.Logger, "DNS", opened.Address.ToString());
        }

        if (before is not null) await before.DisposeAsync();
    }
}
