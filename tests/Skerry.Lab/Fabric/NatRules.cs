using System.Net;

namespace Skerry.Lab.Fabric;

/// <summary>
/// The nftables rules that make a Linux gateway the NAT it should be. Linux alone maps an inside port to one outside port and filters by address and port;
/// the wider filters learn that mapping as packets leave, and let callers in by it. Each inside host has outside ports of its own, because Linux would give
/// two hosts the same one as long as they talk to different destinations.
/// </summary>
internal static class NatRules
{
    private const int FirstPort = 20_000;
    private const int PortsPerHost = 1000;

    /// <summary>The rules of a gateway between <c>lan</c> and <c>wan</c>.</summary>
    /// <param name="kind">Any but <see cref="NatKind.None"/>.</param>
    /// <param name="lan">The /24 inside.</param>
    public static string For(NatKind kind, IPAddress lan)
    {
        var filter = kind switch
        {
            NatKind.EndpointIndependent => """iifname "wan" meta l4proto { tcp, udp } dnat ip to th dport map @inside""",
            NatKind.AddressRestricted => """iifname "wan" meta l4proto { tcp, udp } th dport . ip saddr @spoken dnat ip to th dport map @inside""",
            _ => "",
        };
        var masquerade = kind == NatKind.Symmetric ? "oifname \"wan\" masquerade fully-random" : string.Join("\n    ", HostRules(lan));
        return $$"""
            table ip nat {
              map inside { type inet_service : ipv4_addr . inet_service; flags dynamic; size 65535; timeout 1h; }
              set spoken { type inet_service . ipv4_addr; flags dynamic; size 65535; timeout 1h; }
              chain arriving { type nat hook prerouting priority dstnat;
                {{filter}}
              }
              chain leaving { type nat hook postrouting priority srcnat;
                {{masquerade}}
                oifname "wan" masquerade
              }
              chain learning { type filter hook postrouting priority srcnat + 10;
                oifname "wan" ct direction original meta l4proto { tcp, udp } update @inside { th sport : ct original ip saddr . ct original proto-src } update @spoken { th sport . ip daddr }
              }
              chain unasked { type filter hook input priority filter;
                iifname "wan" ct state new meta l4proto { tcp, udp } drop
              }
              chain passing { type filter hook forward priority filter;
                iifname "wan" ct state new ct status ! dnat drop
              }
            }

            """;
    }

    private static IEnumerable<string> HostRules(IPAddress lan) =>
        from host in Enumerable.Range(0, Addresses.MostHosts)
        let first = FirstPort + host * PortsPerHost
        select $"oifname \"wan\" meta l4proto {{ tcp, udp }} ip saddr {Addresses.Host(lan, host)} masquerade to :{first}-{first + PortsPerHost - 1}";
}
