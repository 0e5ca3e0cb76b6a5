using Google.Protobuf;

using Skerry.Api.Etcd.Wire;

namespace Skerry.Api.Tests.Etcd;

/// <summary>Locks and elections that the node keeps for its clients.</summary>
public sealed class TurnTests : IAsyncLifetime
{
    private const string Lock = "/v3lockpb.Lock/Lock";

    private const string Campaign = "/v3electionpb.Election/Campaign";

    private GrpcClient _client = null!;

    [Fact]
    public async Task A_lock_is_had_by_one_lease_at_a_time_and_passes_on_in_order()
    {
        var first = await DoAsync(Lock, new LockRequest { Name = Text("door"), Lease = await LeaseAsync() }, LockResponse.Parser);
        Assert.StartsWith("door/", first.Key.ToStringUtf8(), StringComparison.Ordinal);
        var lease = await LeaseAsync();
        var second = DoAsync(Lock, new LockRequest { Name = Text("door"), Lease = lease }, LockResponse.Parser);
        await Replication.Tests.Eventually.HoldsAsync(() => _client.Node.Status is { Keys: 2, Watchers: 1 });
        Assert.False(second.IsCompleted);
        await DoAsync("/v3lockpb.Lock/Unlock", new UnlockRequest { Key = first.Key }, UnlockResponse.Parser);
        Assert.Equal($"door/{lease:x}", (await second).Key.ToStringUtf8());
        // Who has it and asks again has it still; who brings no lease gets one.
        await DoAsync(Lock, new LockRequest { Name = Text("door"), Lease = lease }, LockResponse.Parser);
        await DoAsync(Lock, new LockRequest { Name = Text("gate") }, LockResponse.Parser);
        Assert.Equal((2, 3), (_client.Node.Status.Keys, _client.Node.Status.Leases));
    }

    [Fact]
    public async Task Who_gives_up_or_loses_its_lease_leaves_the_queue()
    {
        await DoAsync(Lock, new LockRequest { Name = Text("door"), Lease = await LeaseAsync() }, LockResponse.Parser);
        var impatient = GrpcClient.Frame(new LockRequest { Name = Text("door"), Lease = await LeaseAsync() }.ToByteArray());
        Assert.Equal("4", (await _client.SendAsync(Lock, impatient, ("grpc-timeout", "50m"))).Status);
        await Replication.Tests.Eventually.HoldsAsync(() => _client.Node.Status.Keys == 1);
        var lease = await LeaseAsync();
        var late = _client.CallAsync(Lock, new LockRequest { Name = Text("door"), Lease = lease }, LockResponse.Parser);
        await Replication.Tests.Eventually.HoldsAsync(() => _client.Node.Status is { Keys: 2, Watchers: 1 });
        await DoAsync("Lease/LeaseRevoke", new LeaseRevokeRequest { ID = lease }, LeaseRevokeResponse.Parser);
        await DoAsync("KV/DeleteRange", new DeleteRangeRequest { Key = Text("door/"), RangeEnd = Text("door0") }, DeleteRangeResponse.Parser);
        Assert.Equal(("2", "mutex: session is expired"), ((await late) is var answer ? answer.Status : "", answer.Text));
        Assert.Equal("5", (await _client.CallAsync(Lock, new LockRequest { Name = Text("door"), Lease = 999 }, LockResponse.Parser)).Status);
        Assert.Equal("7", (await _client.CallAsync(Lock, new LockRequest { Name = Text("_skerry/x"), Lease = await LeaseAsync() }, LockResponse.Parser)).Status);
    }

    [Fact]
    public async Task An_election_has_a_leader_who_says_something_and_makes_room()
    {
        var (_, status, why) = await _client.CallAsync("/v3electionpb.Election/Leader", new LeaderRequest { Name = Text("post") }, LeaderResponse.Parser);
        Assert.Equal(("2", "election: no leader"), (status, why));
        using var observer = await _client.OpenAsync("/v3electionpb.Election/Observe");
        await observer.SayAsync(new LeaderRequest { Name = Text("post") });
        var first = await CampaignAsync("first");
        Assert.Equal("first", (await observer.NextAsync(LeaderResponse.Parser))!.Kv.Value.ToStringUtf8());
        var second = CampaignAsync("second");
        await DoAsync("/v3electionpb.Election/Proclaim", new ProclaimRequest { Leader = first.Leader, Value = Text("still first") }, ProclaimResponse.Parser);
        Assert.Equal("still first", (await observer.NextAsync(LeaderResponse.Parser))!.Kv.Value.ToStringUtf8());
        Assert.Equal("still first", (await DoAsync("/v3electionpb.Election/Leader", new LeaderRequest { Name = Text("post") }, LeaderResponse.Parser)).Kv.Value.ToStringUtf8());
        Assert.False(second.IsCompleted);
        await DoAsync("/v3electionpb.Election/Resign", new ResignRequest { Leader = first.Leader }, ResignResponse.Parser);
        Assert.Equal("post", (await second).Leader.Name.ToStringUtf8());
        Assert.Equal("second", (await observer.NextAsync(LeaderResponse.Parser))!.Kv.Value.ToStringUtf8());
        Assert.Equal("election: not leader", (await _client.CallAsync("/v3electionpb.Election/Proclaim", new ProclaimRequest { Leader = first.Leader }, ProclaimResponse.Parser)).Text);
        Assert.Equal("2", (await _client.CallAsync("/v3electionpb.Election/Resign", new ResignRequest(), ResignResponse.Parser)).Status);
    }

    public async ValueTask InitializeAsync() => _client = await GrpcClient.StartAsync();

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static ByteString Text(string text) => ByteString.CopyFromUtf8(text);

    private async Task<long> LeaseAsync() => (await DoAsync("Lease/LeaseGrant", new LeaseGrantRequest { TTL = 600 }, LeaseGrantResponse.Parser)).ID;

    private async Task<CampaignResponse> CampaignAsync(string value) =>
        await DoAsync(Campaign, new CampaignRequest { Name = Text("post"), Lease = await LeaseAsync(), Value = Text(value) }, CampaignResponse.Parser);

    private async Task<T> DoAsync<T>(string method, IMessage request, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var (message, status, text) = await _client.CallAsync(method, request, parser);
        Assert.True(status == "0", $"{method}: {status} {text}");
        return message!;
    }
}
