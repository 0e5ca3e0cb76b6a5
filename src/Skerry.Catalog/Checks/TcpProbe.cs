using System.Net.Sockets;

namespace Skerry.Catalog.Checks;

/// <summary>Passes when a TCP connection opens.</summary>
/// <param name="check">Its target is <c>host:port</c>.</param>
internal sealed class TcpProbe(CheckDefinition check) : ICheckProbe
{
    private readonly CheckTarget _target = CheckTarget.Parse(check.Target);

    public async Task<CheckResult> RunAsync(CancellationToken cancellation)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(_target.Host, _target.Port, cancellation);
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
