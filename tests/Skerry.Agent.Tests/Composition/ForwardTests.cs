using System.Net;
using System.Net.Sockets;
using System.Text;

using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.Composition;

/// <summary>Forwards of a whole agent, from its file and from the command line.</summary>
public sealed class ForwardTests
{
    [Fact]
    public async Task A_forward_of_the_command_line_leads_to_a_service_until_Ctrl_C()
    {
        using var place = new TestPlace();
        using var service = Listen(place);
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure(Service(service)));
        var api = await agent.UntilReadyAsync();
        await using var forward = SkerryProcess.Start("forward", "orders", "--listen", "127.0.0.1:0", "--address", api.ToString());
        var line = await forward.UntilLineAsync("orders is at 127.0.0.1:");
        var address = IPEndPoint.Parse(line.Split(' ')[3]);
        Assert.Equal("hello", await ReadAsync(service, address));
        Assert.Contains("orders", (await SkerryProcess.RunAsync("forward", "--address", api.ToString())).Output, StringComparison.Ordinal);
        forward.Signal(SkerryProcess.SIGINT);
        await forward.ExitAsync();
        await agent.UntilLineAsync("Forward 1 is closed");
    }

    [Fact]
    public async Task Forwards_of_the_file_come_and_go_with_it()
    {
        using var place = new TestPlace();
        using var service = Listen(place);
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure(Service(service)));
        await agent.UntilReadyAsync();
        place.Configure(Service(service) + $"proxy: {{ forwards: [{{ service: orders, listen: '{place.Host}:15432' }}] }}\n");
        await agent.UntilLineAsync("in effect: proxy.forwards");
        Assert.Equal("hello", await ReadAsync(service, new IPEndPoint(place.Host, 15432)));
        place.Configure(Service(service));
        await agent.UntilLineAsync("Forward 1 is closed");
    }

    [Fact]
    public async Task An_address_that_is_taken_says_by_whom_and_nothing_starts()
    {
        using var place = new TestPlace();
        using var holder = Listen(place);
        var run = await SkerryProcess.RunAsync("agent", "--config", place.Configure($"proxy: {{ forwards: [{{ service: orders, listen: '{holder.LocalEndpoint}' }}] }}\n"));
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains($"The forward to orders cannot listen on {holder.LocalEndpoint}: another program does. It is held by", run.Errors, StringComparison.Ordinal);
    }

    private static TcpListener Listen(TestPlace place)
    {
        var listener = new TcpListener(place.Host, 0);
        listener.Start();
        return listener;
    }

    private static string Service(TcpListener listener) =>
        $"services: [{{ name: orders, address: {((IPEndPoint)listener.LocalEndpoint).Address}, port: {((IPEndPoint)listener.LocalEndpoint).Port} }}]\n";

    /// <summary>What the service says to a client of the forward.</summary>
    private static async Task<string> ReadAsync(TcpListener service, IPEndPoint forward)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(forward, limit.Token);
        using var served = await service.AcceptTcpClientAsync(limit.Token);
        await served.GetStream().WriteAsync(Encoding.UTF8.GetBytes("hello"), limit.Token);
        served.Close();
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(limit.Token);
    }
}
