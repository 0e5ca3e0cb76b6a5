using System.Net;
using System.Net.Sockets;

using Microsoft.Win32.SafeHandles;

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
    public async Task A_holder_is_found_while_it_opens_and_closes_other_descriptors()
    {
        using var place = new TestPlace();
        // Older than the socket, so that they are looked at before it.
        var others = OpenMany();
        using var listener = new TcpListener(place.Host, 0);
        listener.Start();
        using var ended = new CancellationTokenSource();
        var busy = Task.Run(() =>
        {
            while (!ended.IsCancellationRequested)
            {
                Array.ForEach(others, other => other.Dispose());
                others = OpenMany();
            }
        });
        var run = await SkerryProcess.RunAsync("agent", "--config", place.Configure(), "--api", $"{listener.LocalEndpoint}");
        await ended.CancelAsync();
        await busy;
        Array.ForEach(others, other => other.Dispose());
        Assert.Contains($"(process {Environment.ProcessId})", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_and_oneself_are_not_in_ones_own_way()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Assert.Null(PortOwner.Find((IPEndPoint)listener.LocalEndpoint));
        Assert.Null(PortOwner.Find(new IPEndPoint(IPAddress.Loopback, 1)));
    }

    private static SafeFileHandle[] OpenMany() => [.. Enumerable.Range(0, 200).Select(_ => File.OpenHandle("/dev/null"))];
}
