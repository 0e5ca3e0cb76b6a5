using System.Net;
using System.Net.Sockets;

using Skerry.Agent.Composition;

namespace Skerry.Agent.Tests.Composition;

public sealed class PortOwnerTests
{
    [Fact]
    public async Task The_holder_of_a_port_is_named()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start("dev", "--bind", $"{place.Host}:0", "--api", $"{place.Host}:0", "--etcd", $"{place.Host}:0");
        var api = await agent.UntilReadyAsync();
        var expected = $"skerry (process {agent.Id})";
        Assert.Equal(expected, PortOwner.Find(api));
        Assert.Equal(expected, PortOwner.Find(new IPEndPoint(IPAddress.Any, api.Port)));
    }

    [Fact]
    public void Nobody_and_oneself_are_not_in_ones_own_way()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Assert.Null(PortOwner.Find((IPEndPoint)listener.LocalEndpoint));
        Assert.Null(PortOwner.Find(new IPEndPoint(IPAddress.Loopback, 1)));
    }
}
