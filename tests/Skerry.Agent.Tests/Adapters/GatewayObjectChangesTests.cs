using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

using Skerry.Api;
using Skerry.Replication.Tests;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>Changes of gateway objects from the request to the running gateway.</summary>
public sealed class GatewayObjectChangesTests : IDisposable
{
    private readonly TestPlace _place = new();

    private string Kept => _place.File("gateway");

    [Fact]
    public async Task What_is_applied_runs_and_each_object_has_the_revision_that_wrote_it()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept);
        var first = await gateway.ApplyAsync(Listener + Pipeline("web", "/a"));
        await gateway.UntilAsync(first.Revision);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.NotFound), (await gateway.AskAsync("http", "/a"), await gateway.AskAsync("http", "/b")));
        var second = await gateway.ApplyAsync(Pipeline("web", "/b"));
        await gateway.UntilAsync(second.Revision);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.ServiceUnavailable), (await gateway.AskAsync("http", "/a"), await gateway.AskAsync("http", "/b")));
        var set = await gateway.Control.ReadAsync(isStale: false, CancellationToken.None);
        Assert.Equal([("http", first.Revision), ("web", second.Revision)], set.Objects.Select(item => (item.Name, item.Revision)));
    }

    [Fact]
    public async Task What_cannot_run_is_refused_whole_and_nothing_is_written()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept);
        await gateway.ApplyAsync(Listener + Pipeline("web", "/a"));
        var revision = gateway.Manifest.Revision;
        var refused = await Assert.ThrowsAsync<ApiInvalidException>(() => gateway.ApplyAsync("pipelines:\n  - { name: good, plugins: [{ upstream: { service: a } }] }\n  - { name: bad, plugins: [] }\n"));
        Assert.Equal([("", 3, "pipelines[1].plugins")], refused.Errors.Select(error => (error.Source, error.Line, error.Key)));
        // What others need cannot go, and what needs it is named.
        await gateway.ApplyAsync("pipelines: [{ name: web, listeners: [http], plugins: [{ upstream: { service: a } }] }]\n", new ApiGatewayTerms { IsDryRun = true });
        await gateway.ApplyAsync("pipelines: [{ name: web, listeners: [http], plugins: [{ upstream: { service: a } }] }]\n");
        var needed = await Assert.ThrowsAsync<ApiInvalidException>(() => gateway.Control.DeleteAsync("listener", "http", new ApiGatewayTerms(), CancellationToken.None));
        Assert.Equal("pipeline/web", Assert.Single(needed.Errors).Source);
        Assert.Equal(revision + 1, gateway.Manifest.Revision);
    }

    [Fact]
    public async Task Nothing_to_change_and_a_dry_run_write_nothing()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept);
        await gateway.ApplyAsync(Listener + Pipeline("web", "/a"));
        var revision = gateway.Manifest.Revision;
        var same = await gateway.ApplyAsync(Listener);
        var dry = await gateway.ApplyAsync(Pipeline("new", "/b"), new ApiGatewayTerms { IsDryRun = true }, isPruning: true);
        Assert.Equal((false, "unchanged"), (same.IsWritten, same.Changes[0].Action));
        Assert.Equal(["created", "deleted", "deleted"], dry.Changes.Select(change => change.Action));
        Assert.Equal((false, revision), (dry.IsWritten, gateway.Manifest.Revision));
    }

    [Fact]
    public async Task A_change_of_what_somebody_else_has_changed_is_refused_with_412()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept);
        var first = await gateway.ApplyAsync(Pipeline("web", "/a"), new ApiGatewayTerms { Revision = 0 });
        await gateway.ApplyAsync(Pipeline("web", "/b"), new ApiGatewayTerms { Revision = first.Revision });
        ApiGatewayTerms[] stale =
        [
            new() { Revision = first.Revision }, new() { Revision = 0 }, new() { Revisions = ImmutableDictionary<string, long>.Empty.Add("pipeline/web", first.Revision) },
        ];
        foreach (var terms in stale) Assert.Equal(412, (await Assert.ThrowsAsync<ApiException>(() => gateway.ApplyAsync(Pipeline("web", "/c"), terms))).Status);
        Assert.Equal(412, (await Assert.ThrowsAsync<ApiException>(() => gateway.ApplyAsync(Pipeline("other", "/c"), new ApiGatewayTerms { MustExist = true }))).Status);
        Assert.Equal(412, (await Assert.ThrowsAsync<ApiException>(() =>
            gateway.Control.DeleteAsync("pipeline", "web", new ApiGatewayTerms { Revision = first.Revision }, CancellationToken.None))).Status);
    }

    [Fact]
    public async Task Of_writers_at_once_each_is_checked_against_what_the_others_wrote()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept);
        await gateway.ApplyAsync(Listener);
        // These fit together, in whichever order they come; listeners at one address do not, and only the first is taken.
        var writers = Enumerable.Range(0, 8).Select(i => Task.Run(() => gateway.ApplyAsync(Pipeline($"p{i}", $"/{i}"))));
        await Task.WhenAll(writers);
        Assert.Equal(9, (await gateway.Control.ReadAsync(false, CancellationToken.None)).Objects.Length);
        var rivals = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => IsRefusedAsync($"listeners: [{{ name: l{i}, address: '127.0.0.1:18080' }}]\n"))));
        Assert.Equal(3, rivals.Count(isRefused => isRefused));

        async Task<bool> IsRefusedAsync(string text)
        {
            try
            {
                await gateway.ApplyAsync(text);
                return false;
            }
            catch (ApiInvalidException)
            {
                return true;
            }
        }
    }

    [Fact]
    public async Task An_object_goes_back_to_any_state_that_is_kept_also_from_deletion()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept);
        var first = await gateway.ApplyAsync(Listener + Pipeline("web", "/a"));
        await gateway.ApplyAsync(Pipeline("web", "/b"), new ApiGatewayTerms { Cause = "a try" });
        await gateway.Control.DeleteAsync("pipeline", "web", new ApiGatewayTerms(), CancellationToken.None);
        await gateway.Manifest.CompactAsync(gateway.Manifest.Revision, CancellationToken.None);
        var back = await gateway.Control.RollbackAsync("pipeline", "web", first.Revision, new ApiGatewayTerms(), CancellationToken.None);
        await gateway.UntilAsync(back.Revision);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await gateway.AskAsync("http", "/a"));
        var history = await gateway.Control.HistoryAsync("pipeline", "web", CancellationToken.None);
        Assert.Equal([$"rolled back to {first.Revision}", "deleted", "a try", "applied"], history.Select(state => state.Note.Cause));
        Assert.Equal(404, (await Assert.ThrowsAsync<ApiException>(() => gateway.Control.RollbackAsync("pipeline", "web", 9999, new ApiGatewayTerms(), CancellationToken.None))).Status);
    }

    [Fact]
    public async Task Without_a_leader_changes_are_refused_clearly_and_the_gateway_goes_on()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept);
        await gateway.UntilAsync((await gateway.ApplyAsync(Listener + Pipeline("web", "/a"))).Revision);
        gateway.Log.IsLost = true;
        Assert.Equal(503, (await Assert.ThrowsAsync<ApiException>(() => gateway.ApplyAsync(Pipeline("web", "/b")))).Status);
        Assert.Equal(2, (await gateway.Control.ReadAsync(isStale: true, CancellationToken.None)).Objects.Length);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await gateway.AskAsync("http", "/a"));
    }

    [Fact]
    public async Task A_port_in_use_is_this_nodes_state_and_taken_when_it_is_free()
    {
        await using var gateway = await FollowedGateway.StartAsync(Kept);
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var outcome = await gateway.ApplyAsync(Listener + $"  - {{ name: taken, address: '{holder.LocalEndpoint}' }}\n" + Pipeline("web", "/a"));
        await gateway.UntilAsync(outcome.Revision);
        Assert.StartsWith("listener/taken: ", Assert.Single(gateway.Facts.Faults), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await gateway.AskAsync("http", "/a"));
        // The log goes on, and later changes are followed.
        var later = await gateway.ApplyAsync(Pipeline("web", "/b"));
        await gateway.UntilAsync(later.Revision);
        Assert.Equal(gateway.Facts.Faults, gateway.Control.Nodes.Single(node => node.Name == "here").Faults);
        holder.Stop();
        await Eventually.HoldsAsync(() => gateway.Facts is { Faults.IsEmpty: true } && gateway.Gateway.Listeners.ContainsKey("taken"), () => "the listener is there");
    }

    public void Dispose() => _place.Dispose();

    private const string Listener = "listeners:\n  - { name: http, address: '127.0.0.1:0' }\n";

    private static string Pipeline(string name, string path) => $"pipelines:\n  - {{ name: {name}, plugins: [{{ route: {{ path: {path} }} }}, {{ upstream: {{ service: nobody }} }}] }}\n";
}
