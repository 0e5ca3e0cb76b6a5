using System.Net;
using System.Net.Sockets;

using Skerry.Catalog.Checks;

namespace Skerry.Catalog.Tests.Checks;

public sealed class TcpProbeTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task An_open_port_passes_and_a_closed_one_is_critical(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var target = $"{host}:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var result = await RunAsync(target);
        Assert.Equal((CheckStatus.Passing, $"TCP connect {target}: Success"), (result.Status, result.Output));

        listener.Stop();
        result = await RunAsync(target);
        Assert.Equal(CheckStatus.Critical, result.Status);
        Assert.StartsWith($"dial tcp {target}: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_no_resolver_knows_is_critical() => Assert.Equal(CheckStatus.Critical, (await RunAsync("nowhere.invalid:80")).Status);

    private static async Task<CheckResult> RunAsync(string target)
    {
        using var probe = new TcpProbe(new CheckDefinition { Id = "port", Name = "port", Type = CheckType.Tcp, Target = target });
        using var limit = new CancellationTokenSource(Examples.Limit);
        return await probe.RunAsync(limit.Token);
    }
}
