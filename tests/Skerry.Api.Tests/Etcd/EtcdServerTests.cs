using Google.Protobuf;

using Skerry.Api.Etcd.Wire;
using Skerry.Manifest;

using WatchRequest = Skerry.Api.Etcd.Wire.WatchRequest;

namespace Skerry.Api.Tests.Etcd;

/// <summary>The etcd API beneath what its clients show: framing, limits, headers, streams.</summary>
public sealed class EtcdServerTests
{
    [Fact]
    public async Task Every_answer_names_group_node_revision_and_term()
    {
        await using var client = await GrpcClient.StartAsync();
        await PutAsync(client, "a", "1");
        await PutAsync(client, "a", "2");
        var (range, status, _) = await client.CallAsync("KV/Range", new RangeRequest { Key = Text("a"), Revision = 2 }, RangeResponse.Parser);
        Assert.Equal("0", status);
        // A read at an old revision still says the current one.
        Assert.Equal((client.Log.Status.Cluster, client.Log.Member, 3L, 2ul), (range!.Header.ClusterId, range.Header.MemberId, range.Header.Revision, range.Header.RaftTerm));
        Assert.Equal("1", range.Kvs[0].Value.ToStringUtf8());
        var txn = new TxnRequest { Success = { new RequestOp { RequestRange = new RangeRequest { Key = Text("a") } } } };
        var (answer, _, _) = await client.CallAsync("KV/Txn", txn, TxnResponse.Parser);
        var inner = answer!.Responses[0].ResponseRange.Header;
        Assert.Equal((3L, 0ul, 0ul), (inner.Revision, inner.ClusterId, inner.RaftTerm));
    }

    [Fact]
    public async Task The_version_is_one_that_clients_trust_with_progress()
    {
        await using var client = await GrpcClient.StartAsync();
        var (status, _, _) = await client.CallAsync("Maintenance/Status", new StatusRequest(), StatusResponse.Parser);
        Assert.True(Version.Parse(status!.Version) >= new Version(3, 5, 13));
    }

    [Theory]
    [InlineData("KV/RangeStream", "12", "unknown method RangeStream for service etcdserverpb.KV")]
    [InlineData("Nothing/Call", "12", "unknown service etcdserverpb.Nothing")]
    public async Task Unknown_methods_are_said_to_be(string method, string status, string text)
    {
        await using var client = await GrpcClient.StartAsync();
        Assert.Equal((status, text), ((await client.SendAsync(method, GrpcClient.Frame([]))) is var answer ? answer.Status : "", answer.Text));
    }

    [Fact]
    public async Task Bad_messages_are_refused_one_by_one()
    {
        await using var client = await GrpcClient.StartAsync();
        var put = new PutRequest { Key = Text("a") }.ToByteArray();
        Assert.Equal("12", (await client.SendAsync("KV/Put", GrpcClient.Frame(put, compressed: 1))).Status);
        Assert.Equal("13", (await client.SendAsync("KV/Put", GrpcClient.Frame([0xff, 0xff, 0xff]))).Status);
        Assert.Equal("13", (await client.SendAsync("KV/Put", GrpcClient.Frame(put)[..^1])).Status);
        Assert.Equal("13", (await client.SendAsync("KV/Put", [])).Status);
        Assert.Equal("13", (await client.SendAsync("KV/Put", [0, 0])).Status);
        Assert.Equal("8", (await client.SendAsync("KV/Put", [0, 0xff, 0xff, 0xff, 0xff])).Status);
        Assert.Equal(("3", "etcdserver: key is not provided"), Of(await client.SendAsync("KV/Put", GrpcClient.Frame([]))));
        // Fields of a newer version are passed over.
        Assert.Equal("0", (await client.SendAsync("KV/Put", GrpcClient.Frame([.. put, 0xf8, 0x07, 0x01]))).Status);
    }

    [Fact]
    public async Task A_call_over_http_1_is_not_found_and_harms_nobody()
    {
        await using var client = await GrpcClient.StartAsync();
        using var content = new ByteArrayContent(GrpcClient.Frame([]));
        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/etcdserverpb.KV/Put") { Content = content, Version = System.Net.HttpVersion.Version11 };
        using var response = await client.Http.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
        await PutAsync(client, "a", "1");
    }

    [Fact]
    public async Task Requests_above_the_limit_are_refused_by_name_and_larger_ones_unread()
    {
        await using var client = await GrpcClient.StartAsync();
        Task<(PutResponse?, string Status, string Text)> Put(int size) =>
            client.CallAsync("KV/Put", new PutRequest { Key = Text("a"), Value = ByteString.CopyFrom(new byte[size]) }, PutResponse.Parser);
        Assert.Equal("0", (await Put(ManifestLimits.MaxRequestBytes - 1024)).Status);
        Assert.Equal("etcdserver: request is too large", (await Put(ManifestLimits.MaxRequestBytes)).Text);
        Assert.Equal("8", (await Put(ManifestLimits.MaxRequestBytes + (600 * 1024))).Status);
    }

    [Fact]
    public async Task A_deadline_that_passes_is_said_to_have_passed()
    {
        await using var client = await GrpcClient.StartAsync();
        client.Log.IsLost = true;
        var put = GrpcClient.Frame(new PutRequest { Key = Text("a") }.ToByteArray());
        Assert.Equal(("4", "context deadline exceeded"), Of(await client.SendAsync("KV/Put", put, ("grpc-timeout", "50m"))));
    }

    [Fact]
    public async Task A_transaction_with_an_empty_operation_is_refused_as_etcd_does()
    {
        await using var client = await GrpcClient.StartAsync();
        var (_, status, text) = await client.CallAsync("KV/Txn", new TxnRequest { Success = { new RequestOp() } }, TxnResponse.Parser);
        Assert.Equal(("3", "etcdserver: key not found"), (status, text));
    }

    [Fact]
    public async Task What_Skerry_keeps_for_itself_is_read_by_clients_and_never_written()
    {
        await using var client = await GrpcClient.StartAsync();
        var put = new PutRequest { Key = Text("_skerry/gateway/pipeline/web") };
        var nested = new TxnRequest { Failure = { new RequestOp { RequestTxn = new TxnRequest { Success = { new RequestOp { RequestPut = put } } } } } };
        var among = new DeleteRangeRequest { Key = Text("_skerry/a"), RangeEnd = Text("\0") };
        foreach (var (method, message) in new (string, IMessage)[] { ("Put", put), ("Txn", nested), ("DeleteRange", among) })
        {
            var (status, text) = Of(await client.SendAsync($"KV/{method}", GrpcClient.Frame(message.ToByteArray())));
            Assert.Equal("7", status);
            Assert.StartsWith("etcdserver: permission denied: keys that begin with _skerry/", text, StringComparison.Ordinal);
        }

        var (range, ok, _) = await client.CallAsync("KV/Range", new RangeRequest { Key = Text("_skerry/"), RangeEnd = Text("_skerry0") }, RangeResponse.Parser);
        Assert.Equal(("0", 0L, 1L), (ok, range!.Count, range.Header.Revision));
        await PutAsync(client, "_skerry", "beside it");
        // Everything means everything of the client's.
        await client.Node.ExecuteAsync(new Manifest.PutOp { Key = put.Key.Memory }, CancellationToken.None);
        var (gone, _, _) = await client.CallAsync("KV/DeleteRange", new DeleteRangeRequest { Key = Text("\0"), RangeEnd = Text("\0") }, DeleteRangeResponse.Parser);
        Assert.Equal((1L, 1L), (gone!.Deleted, client.Node.Status.Keys));
    }

    [Fact]
    public async Task Clients_that_need_a_leader_are_turned_away_without_one()
    {
        await using var client = await GrpcClient.StartAsync();
        var get = GrpcClient.Frame(new RangeRequest { Key = Text("a"), Serializable = true }.ToByteArray());
        client.Log.IsLost = true;
        Assert.Equal("0", (await client.SendAsync("KV/Range", get)).Status);
        Assert.Equal(("14", "etcdserver: no leader"), Of(await client.SendAsync("KV/Range", get, ("hasleader", "true"))));
    }

    [Fact]
    public async Task The_health_protocol_of_grpc_says_whether_a_leader_is_known()
    {
        await using var client = await GrpcClient.StartAsync();
        var (well, _, _) = await client.CallAsync("/grpc.health.v1.Health/Check", new HealthCheckRequest(), HealthCheckResponse.Parser);
        client.Log.IsLost = true;
        var (lost, _, _) = await client.CallAsync("/grpc.health.v1.Health/Check", new HealthCheckRequest { Service = "etcdserverpb.KV" }, HealthCheckResponse.Parser);
        Assert.Equal((HealthCheckResponse.Types.ServingStatus.Serving, HealthCheckResponse.Types.ServingStatus.NotServing), (well!.Status, lost!.Status));
    }

    [Fact]
    public async Task A_watch_is_created_before_it_tells_and_a_large_answer_comes_in_parts_on_request()
    {
        await using var client = await GrpcClient.StartAsync();
        using var watch = await client.OpenAsync("Watch/Watch");
        await watch.SayAsync(Create("", fragment: true));
        var created = await watch.NextAsync(WatchResponse.Parser);
        Assert.Equal((true, 1L, 0L), (created!.Created, created.Header.Revision, created.WatchId));
        for (var i = 0; i < 4; i++) await PutAsync(client, $"k{i}", new string('v', 700_000));
        await client.CallAsync("KV/DeleteRange", new DeleteRangeRequest { Key = Text("a"), RangeEnd = Text("\0") }, DeleteRangeResponse.Parser);
        for (var events = 0; events < 8;) events += (await watch.NextAsync(WatchResponse.Parser))!.Events.Count;

        using var past = await client.OpenAsync("Watch/Watch");
        await past.SayAsync(Create("", start: 2, fragment: true));
        await past.NextAsync(WatchResponse.Parser);
        var parts = new List<WatchResponse>();
        do parts.Add((await past.NextAsync(WatchResponse.Parser))!);
        while (parts[^1].Fragment);
        Assert.Equal(8, parts.Sum(part => part.Events.Count));
        Assert.True(parts.Count > 1);
        Assert.All(parts, part => Assert.InRange(part.CalculateSize(), 1, ManifestLimits.MaxRequestBytes));
        Assert.Equal("0", await past.EndAsync(WatchResponse.Parser));
    }

    [Fact]
    public async Task A_refused_watch_is_created_and_cancelled_in_one_and_the_stream_goes_on()
    {
        await using var client = await GrpcClient.StartAsync();
        using var watch = await client.OpenAsync("Watch/Watch");
        await watch.SayAsync(Create("a", start: -5));
        var refused = await watch.NextAsync(WatchResponse.Parser);
        Assert.Equal((true, true, -1L, "etcdserver: mvcc: required revision has been compacted"), (refused!.Created, refused.Canceled, refused.WatchId, refused.CancelReason));
        await watch.SayAsync(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = 77 } });
        await watch.SayAsync(new WatchRequest());
        await watch.SayAsync(Create("a", id: 9));
        Assert.Equal(9, (await watch.NextAsync(WatchResponse.Parser))!.WatchId);
        await watch.SayAsync(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = 9 } });
        var cancelled = await watch.NextAsync(WatchResponse.Parser);
        Assert.Equal((true, false, 9L, 1L), (cancelled!.Canceled, cancelled.Created, cancelled.WatchId, cancelled.Header.Revision));
    }

    [Fact]
    public async Task Progress_on_request_is_one_answer_with_the_current_revision()
    {
        await using var client = await GrpcClient.StartAsync();
        using var watch = await client.OpenAsync("Watch/Watch");
        await watch.SayAsync(Create("a"));
        await watch.NextAsync(WatchResponse.Parser);
        await PutAsync(client, "elsewhere", "1");
        await watch.SayAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        var progress = await watch.NextAsync(WatchResponse.Parser);
        Assert.Equal((-1L, 2L, 0, false, false), (progress!.WatchId, progress.Header.Revision, progress.Events.Count, progress.Created, progress.Canceled));
    }

    [Fact]
    public async Task A_client_that_sends_and_never_reads_is_held_back_and_others_are_not()
    {
        await using var client = await GrpcClient.StartAsync();
        using var deaf = await client.OpenAsync("Watch/Watch");
        await deaf.SayAsync(Create("", previous: true));
        var value = new string('v', 100_000);
        for (var i = 0; i < 300; i++) await PutAsync(client, "a", value);
        using var listening = await client.OpenAsync("Watch/Watch");
        await listening.SayAsync(Create("b"));
        await listening.NextAsync(WatchResponse.Parser);
        await PutAsync(client, "b", "heard");
        Assert.Equal("heard", (await listening.NextAsync(WatchResponse.Parser))!.Events[0].Kv.Value.ToStringUtf8());
        // When it reads at last, it misses nothing.
        Assert.True((await deaf.NextAsync(WatchResponse.Parser))!.Created);
        for (var next = 2L; next < 302;)
        {
            foreach (var change in (await deaf.NextAsync(WatchResponse.Parser))!.Events)
                if (change.Kv.Key.ToStringUtf8() == "a") Assert.Equal(next++, change.Kv.ModRevision);
        }
    }

    [Fact]
    public async Task Leases_are_kept_alive_on_a_stream_and_those_that_are_gone_have_no_time()
    {
        await using var client = await GrpcClient.StartAsync();
        var (shortest, _, _) = await client.CallAsync("Lease/LeaseGrant", new LeaseGrantRequest { TTL = 1 }, LeaseGrantResponse.Parser);
        Assert.Equal(2, shortest!.TTL);
        var (lease, _, _) = await client.CallAsync("Lease/LeaseGrant", new LeaseGrantRequest { TTL = 60 }, LeaseGrantResponse.Parser);
        Assert.True(lease!.ID > 0);
        using var keep = await client.OpenAsync("Lease/LeaseKeepAlive");
        await keep.SayAsync(new LeaseKeepAliveRequest { ID = lease.ID });
        Assert.Equal(60, (await keep.NextAsync(LeaseKeepAliveResponse.Parser))!.TTL);
        await keep.SayAsync(new LeaseKeepAliveRequest { ID = 12345 });
        var gone = await keep.NextAsync(LeaseKeepAliveResponse.Parser);
        Assert.Equal((12345L, 0L), (gone!.ID, gone.TTL));
        var (left, _, _) = await client.CallAsync("Lease/LeaseTimeToLive", new LeaseTimeToLiveRequest { ID = 12345 }, LeaseTimeToLiveResponse.Parser);
        Assert.Equal(-1, left!.TTL);
        Assert.Equal("5", (await client.CallAsync("Lease/LeaseRevoke", new LeaseRevokeRequest { ID = 12345 }, LeaseRevokeResponse.Parser)).Status);
        Assert.Equal("0", await keep.EndAsync(LeaseKeepAliveResponse.Parser));
    }

    [Fact]
    public async Task A_watch_that_needs_a_leader_ends_when_there_is_none()
    {
        await using var client = await GrpcClient.StartAsync();
        using var watch = await client.OpenAsync("Watch/Watch", ("hasleader", "true"));
        await watch.SayAsync(Create("a"));
        await watch.NextAsync(WatchResponse.Parser);
        client.Log.IsLost = true;
        Assert.Null(await watch.NextAsync(WatchResponse.Parser));
        Assert.Equal("14", await watch.EndAsync(WatchResponse.Parser));
    }

    [Fact]
    public async Task Stopping_ends_streams()
    {
        var client = await GrpcClient.StartAsync();
        using var watch = await client.OpenAsync("Watch/Watch");
        await watch.SayAsync(Create("a"));
        await watch.NextAsync(WatchResponse.Parser);
        await client.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(async () => Assert.NotNull(await watch.NextAsync(WatchResponse.Parser)));
    }

    private static (string Status, string Text) Of((byte[] Body, string Status, string Text) answer) => (answer.Status, answer.Text);

    private static ByteString Text(string text) => ByteString.CopyFromUtf8(text);

    private static async Task PutAsync(GrpcClient client, string key, string value)
    {
        var (_, status, text) = await client.CallAsync("KV/Put", new PutRequest { Key = Text(key), Value = Text(value) }, PutResponse.Parser);
        Assert.True(status == "0", text);
    }

    private static WatchRequest Create(string key, long start = 0, long id = 0, bool fragment = false, bool previous = false) => new()
    {
        CreateRequest = new WatchCreateRequest
        {
            Key = Text(key),
            RangeEnd = key.Length == 0 ? Text("\0") : ByteString.Empty,
            StartRevision = start,
            WatchId = id,
            Fragment = fragment,
            PrevKv = previous,
        },
    };
}
