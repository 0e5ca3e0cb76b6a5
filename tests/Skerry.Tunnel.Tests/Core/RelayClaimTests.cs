using Skerry.Libp2p;
using Skerry.Tunnel.Core.Relays;

namespace Skerry.Tunnel.Tests.Core;

/// <summary>What is said of where a relay is reached, against what others found.</summary>
public sealed class RelayClaimTests
{
    private static readonly Multiaddr One = Multiaddr.Parse("/ip4/203.0.113.9/tcp/20006");
    private static readonly Multiaddr Other = Multiaddr.Parse("/dns4/gate.example/tcp/443");
    private static readonly Multiaddr Web = Multiaddr.Parse("/dns4/gate.example/tcp/443/wss");

    [Theory]
    [InlineData("", "", "Unknown")]
    [InlineData("One", "", "Unknown")]
    [InlineData("One", "One:Public", "Public")]
    [InlineData("One", "One:Private", "Private")]
    [InlineData("One", "Other:Private", "Unknown")]
    [InlineData("One Other", "One:Private Other:Public", "Public")]
    [InlineData("One Other", "One:Private", "Unknown")]
    [InlineData("One Other", "One:Private Other:Private", "Private")]
    [InlineData("One Web", "One:Private", "Public")]
    [InlineData("", "One:Private Other:Private", "Private")]
    [InlineData("", "One:Private Other:Public", "Public")]
    public void One_address_that_others_get_through_to_is_enough(string said, string found, string expected)
    {
        var calls = found.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(call => call.Split(':'));
        var verdict = RelayClaim.Judge(
            [.. said.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Read)], [.. calls.Select(call => new AddressReachability(Read(call[0]), Enum.Parse<Reachability>(call[1]), 0, 0))]);
        Assert.Equal(expected, verdict.ToString());
    }

    private static Multiaddr Read(string name) => name switch { "One" => One, "Other" => Other, _ => Web };
}
