using System.Net;
using System.Net.Sockets;

using Skerry.Replication.Tests;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>What the configuration file has to say once a group agrees on its gateway.</summary>
public sealed class GatewaySeedTests : IDisposable
{
    private readonly TestPlace _place = new();

    private string Kept => _place.File("gateway");

    [Fact]
    public async Task The_files_section_is_what_a_group_begins_with_and_says_nothing_more_after_that()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept, File("/a"));
        await Eventually.HoldsAsync(() => gateway.Follower.IsRuled, () => "the group's objects in effect");
        var seeded = await gateway.Control.ReadAsync(false, CancellationToken.None);
        Assert.Equal(["listener/http", "pipeline/web"], seeded.Objects.Select(item => $"{item.Kind}/{item.Name}"));
        Assert.Equal("seeded from agent.yaml", (await gateway.Control.HistoryAsync("pipeline", "web", CancellationToken.None))[0].Note.Cause);
        await gateway.Follower.TakeFileAsync(FollowedGateway.File(File("/b")), CancellationToken.None);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await gateway.AskAsync("http", "/a"));
        Assert.Equal(seeded.Revision, (await gateway.Control.ReadAsync(false, CancellationToken.None)).Revision);
    }

    [Fact]
    public async Task A_group_whose_objects_were_all_deleted_is_not_seeded_again()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept);
        await gateway.ApplyAsync("listeners: [{ name: http, address: '127.0.0.1:0' }]\n");
        var emptied = await gateway.ApplyAsync("", isPruning: true);
        await gateway.UntilAsync(emptied.Revision);
        await gateway.Follower.TakeFileAsync(FollowedGateway.File(File("/a")), CancellationToken.None);
        Assert.Empty((await gateway.Control.ReadAsync(false, CancellationToken.None)).Objects);
        Assert.Empty(gateway.Gateway.Listeners);
    }

    [Fact]
    public async Task A_section_that_comes_into_the_file_of_a_group_without_objects_is_its_seed()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept);
        await gateway.Follower.TakeFileAsync(FollowedGateway.File(File("/a")), CancellationToken.None);
        await Eventually.HoldsAsync(() => gateway.Follower.IsRuled, () => "the group's objects in effect");
    }

    [Fact]
    public async Task Until_the_group_is_heard_the_file_is_in_effect_and_a_port_in_use_is_no_reason_not_to_start()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        await using var gateway = await FollowedGateway.StartAsync(Kept, File("/a", $"{holder.LocalEndpoint}"), isAlone: true);
        Assert.Equal((0ul, 1), (gateway.Facts.Revision, gateway.Facts.Faults.Length));
        await gateway.Follower.TakeFileAsync(FollowedGateway.File(File("/b")), CancellationToken.None);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await gateway.AskAsync("http", "/b"));
    }

    [Fact]
    public async Task A_node_that_starts_without_its_group_has_the_gateway_it_had()
    {
        await using (var before = await FollowedGateway.StartAsync(Kept))
        {
            await before.UntilAsync((await before.ApplyAsync(File("/a"))).Revision);
            await Eventually.HoldsAsync(() => System.IO.File.Exists(Kept), () => "the set kept on disk");
        }

        await using var gateway = await FollowedGateway.StartAsync(Kept, File("/b"), isAlone: true);
        Assert.True(gateway.Follower.IsRuled);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await gateway.AskAsync("http", "/a"));
    }

    [Fact]
    public async Task A_group_that_proves_to_be_at_an_older_revision_is_followed_all_the_same()
    {
        await using (var before = await FollowedGateway.StartAsync(Kept))
        {
            for (var i = 0; i < 5; i++) await before.UntilAsync((await before.ApplyAsync(File($"/{i}"))).Revision);
        }

        await using var gateway = await FollowedGateway.StartAsync(Kept);
        var outcome = await gateway.ApplyAsync(File("/new"));
        await gateway.UntilAsync(outcome.Revision);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await gateway.AskAsync("http", "/new"));
    }

    [Fact]
    public async Task A_kept_file_that_is_damaged_is_not_believed()
    {
        await System.IO.File.WriteAllTextAsync(Kept, "nothing of the kind");
        await using var gateway = await FollowedGateway.StartAsync(Kept, File("/a"), isAlone: true);
        Assert.False(gateway.Follower.IsRuled);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await gateway.AskAsync("http", "/a"));
    }

    public void Dispose() => _place.Dispose();

    private static string File(string path, string address = "127.0.0.1:0") => $$"""
        gateway:
          listeners: [{ name: http, address: '{{address}}' }]
          pipelines: [{ name: web, plugins: [{ route: { path: {{path}} } }, { upstream: { service: nobody } }] }]
        """;
}
