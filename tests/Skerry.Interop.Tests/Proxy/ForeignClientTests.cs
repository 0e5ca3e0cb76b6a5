using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace Skerry.Interop.Tests.Proxy;

/// <summary>Programs of other makes that reach services by name: Node's resolver, curl.</summary>
public sealed class ForeignClientTests
{
    [Fact]
    public async Task Nodes_resolver_finds_services_and_nodes()
    {
        await using var agent = await AgentProcess.StartAsync(more: host => $"proxy: {{ dns: {{ listen: '{host}:8600' }} }}\n");
        string[] addresses = [.. Enumerable.Range(1, 120).Select(i => $"10.8.0.{i}")];
        foreach (var address in addresses) await RegisterAsync(agent, "many", address, 80);
        await RegisterAsync(agent, "few", "10.9.0.1", 8081);
        await RegisterAsync(agent, "few6", "2001:db8::1", 8082);
        var script = Path.Combine(NodePackages.FolderOf("Proxy"), "resolver.js");
        var (exitCode, output) = await NodePackages.RunAsync("node", script, $"{agent.Host}:8600", string.Join(',', addresses));
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Curl_gets_a_page_through_SOCKS()
    {
        await using var agent = await AgentProcess.StartAsync(more: host =>
            $"proxy: {{ socks: {{ listen: '{host}:1080', user: till, password: sesame }} }}\n");
        using var page = new TcpListener(agent.Host, 0);
        page.Start();
        var serving = ServeAsync(page);
        var port = ((IPEndPoint)page.LocalEndpoint).Port;
        await RegisterAsync(agent, "page", agent.Host.ToString(), port);
        foreach (var name in (string[])["page", "page.service.skerry", "page.service.dc1.skerry"])
        {
            var (exitCode, output) = await NodePackages.RunAsync("curl", "-sS", "--max-time", "30", "--proxy", $"socks5h://till:sesame@{agent.Host}:1080", $"http://{name}/");
            Assert.True((exitCode, output) == (0, "hello"), $"{name}: {exitCode} {output}");
        }

        var (refused, _) = await NodePackages.RunAsync("curl", "-sS", "--max-time", "30", "--proxy", $"socks5h://till:wrong@{agent.Host}:1080", "http://page/");
        Assert.Equal(97, refused); // curl's word for a proxy that does not let it through
        page.Stop();
        await serving;
    }

    private static async Task RegisterAsync(AgentProcess agent, string name, string address, int port)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{agent.Host}:8500") };
        using var answer = await http.PutAsJsonAsync("/v1/agent/service/register", new { ID = $"{name}-{address}", Name = name, Address = address, Port = port });
        answer.EnsureSuccessStatusCode();
    }

    private static async Task ServeAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                using var request = new StreamReader(client.GetStream());
                while (await request.ReadLineAsync() is { Length: > 0 })
                {
                    // The head of the request.
                }

                await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"u8.ToArray());
            }
        }
        catch (Exception ended) when (ended is SocketException or InvalidOperationException or IOException)
        {
            // Stopped.
        }
    }
}
