using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

using Skerry.Gateway.Plugins.Route;

namespace Skerry.Gateway.Tests;

/// <summary>Options that are right in themselves and that this node can follow only in part.</summary>
public sealed class PartialApplyTests
{
    [Fact]
    public async Task A_port_in_use_is_told_and_everything_else_is_in_effect()
    {
        await using var backend = Backend.Answering(Backend.Ok("new"));
        await using var gateway = await TestGateway.StartAsync(new RouteOptions());
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var taken = (IPEndPoint)holder.LocalEndpoint;
        var options = TestGateway.Options(TestGateway.To(backend));
        options = options with { Listeners = options.Listeners.Add(new ListenerOptions { Name = "taken", Address = taken }) };

        var faults = await gateway.Server.ApplyWhatRunsAsync(options, CancellationToken.None);
        Assert.Equal("taken", Assert.Single(faults).Listener);
        Assert.Contains($"cannot listen on {taken}", faults[0].Message, StringComparison.Ordinal);
        Assert.Equal("new", await gateway.Http.GetStringAsync("/"));
        Assert.Equal(["http"], gateway.Server.Listeners.Keys);

        holder.Stop();
        Assert.Empty(await gateway.Server.ApplyWhatRunsAsync(options, CancellationToken.None));
        Assert.Equal(taken, gateway.Server.Listeners["taken"]);
    }

    [Fact]
    public async Task A_certificate_that_is_not_there_is_told_and_its_listener_left_out()
    {
        await using var gateway = await TestGateway.StartAsync(new RouteOptions());
        var options = TestGateway.Options(new RouteOptions());
        var secure = new ListenerOptions { Name = "https", Address = new IPEndPoint(IPAddress.Loopback, 0), Tls = new TlsOptions { Certificate = "/nowhere/a.pem", Key = "/nowhere/a.key" } };
        var faults = await gateway.Server.ApplyWhatRunsAsync(options with { Listeners = options.Listeners.Add(secure) }, CancellationToken.None);
        Assert.Contains("/nowhere/a.pem", Assert.Single(faults).Message, StringComparison.Ordinal);
        Assert.Equal(["http"], gateway.Server.Listeners.Keys);
    }

    [Fact]
    public async Task What_can_run_nowhere_is_refused_whole()
    {
        await using var gateway = await TestGateway.StartAsync(new RouteOptions());
        var options = TestGateway.Options() with { Pipelines = [new PipelineOptions { Name = "empty", Plugins = ImmutableArray<Gateway.Plugins.PluginOptions>.Empty }] };
        await Assert.ThrowsAsync<GatewayException>(() => gateway.Server.ApplyWhatRunsAsync(options, CancellationToken.None));
    }
}
