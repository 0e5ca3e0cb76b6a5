using System.Net;

using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.Composition;

public sealed class ReloadTests
{
    [Fact]
    public async Task A_changed_file_takes_effect_where_it_can_and_names_what_waits()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure());
        await agent.UntilReadyAsync();
        place.Configure("log: { level: debug }\ncatalog: { enableScriptChecks: true }\n");
        await agent.UntilLineAsync("Configuration read again (the file changed); in effect: log.level");
        await agent.UntilLineAsync("Changed, but waiting for a restart: catalog.enableScriptChecks");
    }

    [Fact]
    public async Task Keys_of_the_tunnel_take_effect_or_wait_as_their_page_says()
    {
        using var place = new TestPlace();
        var key = $"key: '{Agent.Configuration.MeshKey.Generate()}'\n";
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure(key));
        var api = await agent.UntilReadyAsync();
        place.Configure(key + "edgeTunnel: { zone: hall, relay: always, advertiseAddress: [gate.example], relayNodes: [{ nodeName: far, advertiseAddress: [far.example] }] }\n");
        await agent.UntilLineAsync("in effect: edgeTunnel.advertiseAddress, edgeTunnel.relayNodes, edgeTunnel.relay");
        await agent.UntilLineAsync("Changed, but waiting for a restart: edgeTunnel.zone");
        var status = (await SkerryProcess.RunAsync("tunnel", "status", "--address", api.ToString())).Output;
        Assert.Contains("yes, it carries traffic for others", status, StringComparison.Ordinal);
        Assert.Contains("/dns/gate.example/tcp/20006", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_put_in_the_old_ones_place_is_noticed()
    {
        using var place = new TestPlace();
        var file = place.Configure();
        await using var agent = SkerryProcess.Start("agent", "--config", file);
        await agent.UntilReadyAsync();
        await File.WriteAllTextAsync(place.File("fresh"), await File.ReadAllTextAsync(file) + "log: { level: debug }\n");
        File.Move(place.File("fresh"), file, overwrite: true);
        await agent.UntilLineAsync("in effect: log.level");
    }

    [Fact]
    public async Task SIGHUP_reads_the_file_again()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure());
        await agent.UntilReadyAsync();
        agent.Signal(SkerryProcess.SIGHUP);
        await agent.UntilLineAsync("Configuration read again (SIGHUP): nothing new to put into effect");
    }

    [Fact]
    public async Task A_file_with_errors_changes_nothing()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure("services: [{ name: web }]\n"));
        var api = await agent.UntilReadyAsync();
        place.Configure("services: [{ name: other }]\nlog: { level: loud }\n");
        await agent.UntilLineAsync("Configuration refused, the old one stays in effect (the file changed)");
        await agent.UntilLineAsync("log.level: 'loud' is not a known value");
        Assert.Equal(ExitCode.Success, (await SkerryProcess.RunAsync("services", "web", "--address", api.ToString())).ExitCode);
        Assert.Equal(ExitCode.NotFound, (await SkerryProcess.RunAsync("services", "other", "--address", api.ToString())).ExitCode);
    }

    [Fact]
    public async Task Services_come_and_go_with_the_file_while_the_agent_runs_and_while_it_does_not()
    {
        using var place = new TestPlace();
        await using (var agent = SkerryProcess.Start("agent", "--config", place.Configure("services: [{ name: one }, { name: two }]\n")))
        {
            var api = await agent.UntilReadyAsync();
            Assert.Equal(["one", "two"], await ServicesAsync(api));
            place.Configure("services: [{ name: two }, { name: three }]\n");
            await agent.UntilLineAsync("in effect: services");
            Assert.Equal(["three", "two"], await ServicesAsync(api));
            agent.Signal(SkerryProcess.SIGTERM);
            await agent.ExitAsync();
        }

        await using var again = SkerryProcess.Start("agent", "--config", place.Configure("services: [{ name: three }]\n"));
        Assert.Equal(["three"], await ServicesAsync(await again.UntilReadyAsync()));
    }

    [Fact]
    public async Task A_gateway_that_cannot_take_a_change_keeps_all_as_it_was()
    {
        using var place = new TestPlace();
        using var holder = new System.Net.Sockets.TcpListener(place.Host, 0);
        holder.Start();
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure());
        await agent.UntilReadyAsync();
        place.Configure($"log: {{ level: debug }}\ngateway: {{ listeners: [{{ name: http, address: '{holder.LocalEndpoint}' }}] }}\n");
        await agent.UntilLineAsync("Configuration refused, the old one stays in effect");
        Assert.DoesNotContain(agent.Output, line => line.Contains("in effect: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_cannot_run_before_a_restart_keeps_all_as_it_was()
    {
        using var place = new TestPlace();
        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure("services: [{ name: web }]\n"));
        var api = await agent.UntilReadyAsync();
        // The file is right by itself; the agent was started without scripts.
        place.Configure("""
            log: { level: debug }
            catalog: { enableScriptChecks: true }
            services: [{ name: other }, { name: job, checks: [{ script: [/bin/true] }] }]

            """);
        await agent.UntilLineAsync("Configuration refused, the old one stays in effect (the file changed): ScriptArgs: Scripts are disabled on this agent");
        Assert.Equal(["web"], await ServicesAsync(api));
        Assert.DoesNotContain(agent.Output, line => line.Contains("in effect: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_defined_badly_is_named_with_its_line_at_start_and_at_a_reload()
    {
        using var place = new TestPlace();
        var file = place.Configure("services:\n- name: web\n  checks:\n  - tcp: nowhere\n");
        var (exitCode, _, errors) = await SkerryProcess.RunAsync("agent", "--config", file);
        Assert.Equal(ExitCode.Usage, exitCode);
        Assert.Contains("agent.yaml:8:10: services[0].checks[0].tcp: Invalid TCP address \"nowhere\"", errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await SkerryProcess.RunAsync("validate", file)).ExitCode);

        await using var agent = SkerryProcess.Start("agent", "--config", place.Configure("services: [{ name: web }]\n"));
        var api = await agent.UntilReadyAsync();
        place.Configure("services: [{ name: other }, { name: bad, address: 0.0.0.0 }]\n");
        await agent.UntilLineAsync("services[1].address: Invalid service address");
        Assert.Equal(["web"], await ServicesAsync(api));
    }

    private static async Task<string[]> ServicesAsync(IPEndPoint api)
    {
        var (exitCode, output, errors) = await SkerryProcess.RunAsync("services", "--address", api.ToString());
        Assert.True(exitCode == ExitCode.Success, errors);
        return [.. output.Split('\n').Skip(1).Select(line => line.Split(' ')[0])];
    }
}
