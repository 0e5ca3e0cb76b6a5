using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Manifest;
using Skerry.Manifest.Tests;

namespace Skerry.Api.Tests;

/// <summary>The group that agrees, in Consul's words and Skerry's own, over a log of one node.</summary>
public sealed class OperatorTests : IAsyncLifetime
{
    private const string Id = "8e9e05c52164694d";

    private readonly ManifestNode _manifest = new(new ManifestOptions(), TimeProvider.System, new NoMeters(), NullLoggerFactory.Instance);
    private LogOfOne _log = null!;
    private RunningApi _api = null!;

    [Fact]
    public async Task The_members_are_Consuls_servers()
    {
        var configuration = await _api.GetAsync("/v1/operator/raft/configuration");
        var server = Assert.Single(configuration["Servers"]!.AsArray())!;
        Assert.Equal(
            (Id, "one", "one", true, "3", true),
            ((string?)server["ID"], (string?)server["Node"], (string?)server["Address"], (bool)server["Leader"]!, (string?)server["ProtocolVersion"], (bool)server["Voter"]!));
        Assert.Equal("\"one\"", (await _api.GetAsync("/v1/status/leader")).ToJsonString());
        Assert.Equal("""["one"]""", (await _api.GetAsync("/v1/status/peers")).ToJsonString());
        _log.IsLost = true;
        Assert.Equal("\"\"", (await _api.GetAsync("/v1/status/leader")).ToJsonString());
        Assert.False((bool)(await _api.GetAsync("/v1/operator/raft/configuration?stale"))["Servers"]![0]!["Leader"]!);
    }

    [Fact]
    public async Task A_member_is_removed_by_id_or_address_and_what_is_refused_says_why()
    {
        Assert.Equal(400, (await _api.AskAsync("DELETE", "/v1/operator/raft/peer")).Status);
        Assert.Equal(400, (await _api.AskAsync("DELETE", "/v1/operator/raft/peer?id=1&address=2")).Status);
        Assert.Equal(404, (await _api.AskAsync("DELETE", "/v1/operator/raft/peer?id=1234")).Status);
        Assert.Equal((500, "Refused: MembershipRefused"), await _api.AskAsync("DELETE", $"/v1/operator/raft/peer?id={Id}"));
        Assert.Equal((200, """{"Success":true}"""), Trim(await _api.AskAsync("POST", $"/v1/operator/raft/transfer-leader?id={Id}")));
        Assert.Equal((500, "cannot find peer to transfer leadership to"), await _api.AskAsync("PUT", "/v1/operator/raft/transfer-leader"));
        var (status, text) = await _api.AskAsync("PUT", "/v1/skerry/group/members/one/demote");
        Assert.Equal((409, true), (status, text.StartsWith("Without the vote of one no majority", StringComparison.Ordinal)));
        Assert.Equal(404, (await _api.AskAsync("PUT", "/v1/skerry/group/members/two")).Status);
        Assert.Equal(404, (await _api.AskAsync("PUT", "/v1/skerry/group/members/two/promote")).Status);
        Assert.Equal((200, "true"), Trim(await _api.AskAsync("PUT", "/v1/skerry/group/members/one")));
    }

    [Fact]
    public async Task The_autopilots_configuration_is_read_and_written_with_a_compare()
    {
        var initial = await _api.GetAsync("/v1/operator/autopilot/configuration");
        Assert.Equal(("1s", "10s", 250, true, 0), ((string?)initial["LastContactThreshold"], (string?)initial["ServerStabilizationTime"], (int)initial["MaxTrailingLogs"]!, (bool)initial["CleanupDeadServers"]!, (int)initial["ModifyIndex"]!));
        Assert.Equal("true", Trim(await _api.AskAsync("PUT", "/v1/operator/autopilot/configuration?cas=0", """{"CleanupDeadServers":false,"LastContactThreshold":"200ms","MinQuorum":3}""")).Text);
        Assert.Equal("false", Trim(await _api.AskAsync("PUT", "/v1/operator/autopilot/configuration?cas=0", "{}")).Text);
        var changed = await _api.GetAsync("/v1/operator/autopilot/configuration");
        Assert.Equal(("200ms", 3, false), ((string?)changed["LastContactThreshold"], (int)changed["MinQuorum"]!, (bool)changed["CleanupDeadServers"]!));
        Assert.Equal("true", Trim(await _api.AskAsync("PUT", $"/v1/operator/autopilot/configuration?cas={changed["ModifyIndex"]}", "{}")).Text);
        foreach (var wrong in new[] { """{"MinQuorum":-1}""", """{"MaxTrailingLogs":"many"}""", """{"LastContactThreshold":"soon"}""", """{"LastContactThreshold":"0"}""" })
            Assert.Equal(400, (await _api.AskAsync("PUT", "/v1/operator/autopilot/configuration", wrong)).Status);
        Assert.Equal(400, (await _api.AskAsync("PUT", "/v1/operator/autopilot/configuration?cas=x", "{}")).Status);
    }

    [Fact]
    public async Task Health_is_200_or_429_and_the_state_says_who_is_what()
    {
        var health = await _api.GetAsync("/v1/operator/autopilot/health");
        Assert.Equal((true, 0), ((bool)health["Healthy"]!, (int)health["FailureTolerance"]!));
        Assert.Equal(("one", true, true, "0s"), ((string?)health["Servers"]![0]!["Name"], (bool)health["Servers"]![0]!["Leader"]!, (bool)health["Servers"]![0]!["Voter"]!, (string?)health["Servers"]![0]!["LastContact"]));
        var state = await _api.GetAsync("/v1/operator/autopilot/state");
        Assert.Equal((Id, "leader"), ((string?)state["Leader"], (string?)state["Servers"]![Id]!["Status"]));
        var status = await _api.GetAsync("/v1/skerry/group");
        Assert.Equal(("one", "server", 0), ((string?)status["leader"], (string?)status["members"]![0]!["role"], (int)status["members"]![0]!["lag"]!));
        _log.IsLost = true;
        Assert.Equal(429, (await _api.AskAsync("GET", "/v1/operator/autopilot/health?stale")).Status);
    }

    [Fact]
    public async Task A_node_that_takes_no_part_says_so()
    {
        (_api.Agent.Manifest, _api.Agent.Group) = (null, null);
        foreach (var path in new[] { "/v1/operator/raft/configuration", "/v1/operator/autopilot/configuration", "/v1/skerry/group" }) Assert.Equal(501, (await _api.AskAsync("GET", path)).Status);
    }

    public async ValueTask InitializeAsync()
    {
        _log = new LogOfOne(_manifest);
        _manifest.Start(_log);
        _api = await RunningApi.StartAsync();
        (_api.Agent.Manifest, _api.Agent.Group) = (_manifest, _log);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _manifest.DisposeAsync();
    }

    private static (int Status, string Text) Trim((int Status, string Text) answer) => (answer.Status, answer.Text.Trim());
}
