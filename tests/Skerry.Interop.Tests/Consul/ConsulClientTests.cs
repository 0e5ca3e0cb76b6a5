using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Skerry.Interop.Tests.Consul;

/// <summary>A whole agent, driven by Consul's client for Node.</summary>
public sealed class ConsulClientTests
{
    private static string Folder { get; } = FindFolder();

    [Fact]
    public async Task Consuls_client_registers_checks_watches_and_deregisters()
    {
        await InstallAsync();
        using var service = new StoppableService();
        await using var agent = await AgentProcess.StartAsync();
        var (exitCode, output) = await RunAsync("node", Path.Combine(Folder, "client.js"), agent.Host.ToString(), "8500", service.Url);
        Assert.True(exitCode == 0, output);
    }

    private static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules"))) return;
        var (exitCode, output) = await RunAsync("npm", "ci", "--prefix", Folder, "--no-audit", "--no-fund");
        Assert.True(exitCode == 0, $"npm ci failed:\n{output}");
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    private static string FindFolder()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Skerry.slnx"))) directory = directory.Parent;
        return Path.Combine(directory!.FullName, "tests", "Skerry.Interop.Tests", "Consul");
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
