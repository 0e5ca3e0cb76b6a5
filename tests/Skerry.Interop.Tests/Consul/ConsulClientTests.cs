using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Skerry.Interop.Tests.Consul;

/// <summary>A whole agent, driven by Consul's client for Node.</summary>
public sealed class ConsulClientTests
{
    [Fact]
    public async Task Consuls_client_registers_checks_watches_and_deregisters()
    {
        var folder = NodePackages.FolderOf("Consul");
        await NodePackages.InstallAsync(folder);
        using var service = new StoppableService();
        await using var agent = await AgentProcess.StartAsync();
        var (exitCode, output) = await NodePackages.RunAsync("node", Path.Combine(folder, "client.js"), agent.Host.ToString(), "8500", service.Url);
        Assert.True(exitCode == 0, output);
    }

    /// <summary>Answers every request with 200, until one asks for /stop.</summary>
    private sealed class StoppableService : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public StoppableService()
        {
            _listener.Start();
            _ = ServeAsync();
        }

        public string Url => $"http://{_listener.LocalEndpoint}";

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    var stream = client.GetStream();
                    var buffer = new byte[4096];
                    var length = await stream.ReadAsync(buffer);
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
                    if (Encoding.ASCII.GetString(buffer, 0, length).Contains("/stop", StringComparison.Ordinal)) _listener.Stop();
                }
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException or IOException or InvalidOperationException)
            {
                // Stopped.
            }
        }
    }
}
