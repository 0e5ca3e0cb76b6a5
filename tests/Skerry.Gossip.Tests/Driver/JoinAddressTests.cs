using Skerry.Gossip.Driver;

namespace Skerry.Gossip.Tests.Driver;

public sealed class JoinAddressTests
{
    [Theory]
    [InlineData("host", "host", 7946)]
    [InlineData("host:1", "host", 1)]
    [InlineData("10.0.0.1", "10.0.0.1", 7946)]
    [InlineData("10.0.0.1:65535", "10.0.0.1", 65535)]
    [InlineData("name/10.0.0.1:8000", "10.0.0.1", 8000)]
    [InlineData("name/host", "host", 7946)]
    [InlineData("[fd00::1]:8000", "fd00::1", 8000)]
    [InlineData("[fd00::1]", "fd00::1", 7946)]
    [InlineData("fd00::1", "fd00::1", 7946)]
    [InlineData("::1", "::1", 7946)]
    [InlineData("name/[::1]:9", "::1", 9)]
    public void Every_form_an_operator_writes_is_read(string text, string host, int port)
    {
        Assert.True(JoinAddress.TryParse(text, 7946, out var address));
        Assert.Equal(new JoinAddress(host, port), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("name/")]
    [InlineData(":7946")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("host:x")]
    [InlineData("a:b:c")]
    [InlineData("[]:7946")]
    [InlineData("[fd00::1]7946")]
    public void Nonsense_is_refused(string text) => Assert.False(JoinAddress.TryParse(text, 7946, out _));
}
