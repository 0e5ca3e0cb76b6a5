using System.Net.Sockets;

namespace Skerry.Catalog.Checks;

/// <summary>Passes when a TCP connection opens.</summary>
/// <param name="check">Its target is <c>host:port</c>.</param>
internal sealed class TcpProbe(CheckDefinition check) : ICheckProbe
{
    public async Task<CheckResult> RunAsync(CancellationToken cancellation)
    {
        var colon = check.Target.LastIndexOf(':');
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(check.Target[..colon].Trim('[', ']'), int.Parse(check.Target.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture), cancellation);
            return new CheckResult(CheckStatus.Passing, $"TCP connect {check.Target}: Success");
        }
        catch (SocketException refused)
        {
            return new CheckResult(CheckStatus.Critical, $"dial tcp {check.Target}: {refused.Message}");
        }
    }

    public void Dispose()
    {
        // Nothing is kept between runs.
    }
}
