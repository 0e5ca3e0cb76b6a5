using System.Net;
using System.Net.Sockets;

using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.Composition;

public sealed class AgentProcessTests
{
    [Fact]
    public async Task SIGTERM_ends_an_agent_gracefully()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure());
        await agent.UntilReadyAsync();
        agent.Signal(SkerryProcess.SIGTERM);
        Assert.Equal(ExitCode.Success, await agent.ExitAsync());
        await agent.UntilLineAsync("SIGTERM: stopping");
        await agent.UntilLineAsync("Stopped");
        Assert.Empty(agent.Errors);
    }

    [Fact]
    public async Task A_node_that_is_told_to_flush_nothing_says_so_loudly()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start(
            "agent", "--unsafe-no-fsync", "--data-dir", place.File("data"), "--config", place.Configure($"manifest: {{ role: server, etcd: '{place.Host}:0' }}"));
        Assert.Contains(place.File("data"), await agent.UntilLineAsync("UNSAFE, for benchmarks alone"), StringComparison.Ordinal);
        await agent.UntilReadyAsync();
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        // An upstream that takes a request and never answers keeps the gateway draining.
        using var place = new TestPlace();
        using var upstream = new TcpListener(place.Host, 0);
        upstream.Start();
        var port = FreePort(place.Host);
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure($$"""
            shutdown: { drainTimeout: 10m }
            gateway:
              listeners: [{ name: http, address: '{{place.Host}}:{{port}}' }]
              pipelines: [{ name: web, plugins: [{ route: { path: / } }, { upstream: { addresses: ['{{upstream.LocalEndpoint}}'] } }] }]
            """));
        await agent.UntilReadyAsync();
        using var client = new HttpClient();
        var request = client.GetAsync(new Uri($"http://{place.Host}:{port}/"));
        using var taken = await upstream.AcceptTcpClientAsync();

        agent.Signal(SkerryProcess.SIGTERM);
        await agent.UntilLineAsync("stopping; a second signal stops at once");
        var ended = agent.ExitAsync();
        while (!ended.IsCompleted)
        {
            agent.Signal(SkerryProcess.SIGTERM);
            await Task.WhenAny(ended, Task.Delay(300)); // a poll's pause: signals that follow each other at once count as one
        }

        Assert.Equal(ExitCode.Signal + SkerryProcess.SIGTERM, await ended);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => request);
    }

    [Fact]
    public async Task Asked_to_leave_it_leaves_and_ends()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure());
        var api = await agent.UntilReadyAsync();
        var (exitCode, output, _) = await SkerryProcess.RunAsync("leave", "--address", api.ToString());
        Assert.Equal((ExitCode.Success, "The agent is leaving and will end."), (exitCode, output));
        Assert.Equal(ExitCode.Success, await agent.ExitAsync());
    }

    [Fact]
    public async Task A_wrong_configuration_starts_nothing()
    {
        using var place = new TestPlace();
        var (exitCode, output, errors) = await SkerryProcess.RunAsync("agent", "--config", place.Configure("gosip: {}\nlog: { level: loud }\n"));
        Assert.Equal(ExitCode.Usage, exitCode);
        Assert.Empty(output);
        Assert.Equal(2, errors.Split('\n').Length);
        Assert.Contains("agent.yaml:5:1: gosip: unknown key; did you mean 'gossip'?", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gossip")]
    [InlineData("api")]
    [InlineData("gateway")]
    public async Task A_port_in_use_is_told_in_one_line_with_its_holder(string part)
    {
        using var place = new TestPlace();
        using var holder = new TcpListener(place.Host, 0);
        holder.Start();
        var taken = holder.LocalEndpoint.ToString()!;
        var file = place.File("agent.yaml");
        await File.WriteAllTextAsync(file, $$"""
            gossip: { bind: '{{(part == "gossip" ? taken : place.Host + ":0")}}' }
            api: { address: '{{(part == "api" ? taken : place.Host + ":0")}}' }
            gateway: { listeners: [{{(part == "gateway" ? $"{{ name: http, address: '{taken}' }}" : "")}}] }
            """);
        var (exitCode, _, errors) = await SkerryProcess.RunAsync("agent", "--config", file);
        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Single(errors.Split('\n'));
        Assert.Contains(taken, errors, StringComparison.Ordinal);
        Assert.Contains($"(process {Environment.ProcessId})", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_belongs_to_one_agent()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure());
        await agent.UntilReadyAsync();
        var (exitCode, _, errors) = await SkerryProcess.RunAsync("agent", "--config", place.Configure());
        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("Another agent uses the data directory", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_killed_with_SIGKILL_comes_back_as_the_same_node_with_its_services()
    {
        using var place = new TestPlace();
        var file = place.Configure();
        string before;
        await using (var agent = SkerryProcess.Start("agent", "--config", file))
        {
            var api = await agent.UntilReadyAsync();
            before = await agent.UntilLineAsync("node agent (");
            Assert.Equal(ExitCode.Success, (await SkerryProcess.RunAsync("register", "--name", "web", "--port", "80", "--address", api.ToString())).ExitCode);
            agent.Signal(SkerryProcess.SIGKILL);
            await agent.ExitAsync();
        }

        await using var again = SkerryProcess.Start("agent", "--config", file);
        var (exitCode, output, _) = await SkerryProcess.RunAsync("services", "web", "--address", (await again.UntilReadyAsync()).ToString());
        Assert.Equal(ExitCode.Success, exitCode);
        Assert.Contains("passing", output, StringComparison.Ordinal);
        Assert.Equal(before[before.IndexOf("Skerry", StringComparison.Ordinal)..], (await again.UntilLineAsync("node agent ("))[before.IndexOf("Skerry", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task Joining_is_tried_until_somebody_answers()
    {
        using var place = new TestPlace();
        var port = FreePort(place.Host);
        await using var early = SkerryProcess.Start(
            "agent", "--node", "early", "--bind", $"{place.Host}:0", "--api", $"{place.Host}:0", "--join", $"{place.Host}:{port}");
        await early.UntilLineAsync("Nobody to join answers; next try in");
        await using var late = SkerryProcess.Start("agent", "--node", "late", "--bind", $"{place.Host}:{port}", "--api", $"{place.Host}:0");
        await early.UntilLineAsync("Joined 1 of 1 configured members");
        await late.UntilLineAsync("Member early joined");
    }

    [Fact]
    public async Task Without_a_configuration_an_agent_says_what_it_does_not_protect()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start("agent", "--bind", $"{place.Host}:0", "--api", $"{place.Host}:0");
        await agent.UntilReadyAsync();
        await agent.UntilLineAsync("No key is set: gossip is in clear and stays on loopback");
        await agent.UntilLineAsync("No dataDirectory is set: nothing is kept");
    }

    [Fact]
    public async Task A_node_to_try_things_with_is_a_group_of_one_and_keeps_nothing()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start(
            new Dictionary<string, string> { ["TMPDIR"] = place.Directory }, "dev", "--bind", $"{place.Host}:0", "--api", $"{place.Host}:0", "--etcd", $"{place.Host}:0");
        var api = await agent.UntilReadyAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{api}/") };
        using var content = new StringContent("100");
        using var put = await http.PutAsync(new Uri("v1/kv/limit", UriKind.Relative), content);
        Assert.Equal("true", (await put.Content.ReadAsStringAsync()).Trim());
        agent.Signal(SkerryProcess.SIGINT);
        Assert.Equal(ExitCode.Success, await agent.ExitAsync());
        Assert.Empty(Directory.GetFileSystemEntries(place.Directory, "skerry-*"));
    }

    internal static int FreePort(IPAddress host)
    {
        using var listener = new TcpListener(host, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
