namespace Skerry.Api.Tests.Consul;

/// <summary>Consul's transactions.</summary>
public sealed class TxnTests : IAsyncLifetime
{
    private KvApi _api = null!;

    [Fact]
    public async Task Operations_are_done_together_and_answer_without_values_but_for_reads()
    {
        await _api.Api.PutAsync("/v1/kv/old", "1");
        Assert.Equal(
            """
            {"Results":[
            {"KV":{"LockIndex":0,"Key":"a","Flags":7,"Value":null,"CreateIndex":3,"ModifyIndex":3}},
            {"KV":{"LockIndex":0,"Key":"a","Flags":7,"Value":"MQ==","CreateIndex":3,"ModifyIndex":3}},
            {"KV":{"LockIndex":0,"Key":"none","Flags":0,"Value":null,"CreateIndex":0,"ModifyIndex":0}}],"Errors":null}
            """.ReplaceLineEndings(""),
            await TxnAsync("""{"Verb":"set","Key":"a","Value":"MQ==","Flags":7}""", """{"Verb":"get","Key":"a"}""", """{"Verb":"delete","Key":"old"}""", """{"Verb":"get-or-empty","Key":"none"}"""));
        Assert.Equal("404", await _api.AskAsync("GET", "/v1/kv/old"));
    }

    [Theory]
    [InlineData("""{"Verb":"get","Key":"none"}""", """key \"none\" doesn't exist""")]
    [InlineData("""{"Verb":"cas","Key":"a","Index":9}""", """failed to set key \"a\", index is stale""")]
    [InlineData("""{"Verb":"delete-cas","Key":"a","Index":9}""", """failed to delete key \"a\", index is stale""")]
    [InlineData("""{"Verb":"lock","Key":"a","Session":"x"}""", "invalid session \\\"x\\\"")]
    [InlineData("""{"Verb":"unlock","Key":"a","Session":"x"}""", """failed to unlock key \"a\", lock isn't held, or is held by another session""")]
    [InlineData("""{"Verb":"check-index","Key":"a","Index":9}""", """failed index check for key \"a\", current modify index 2 != 9""")]
    [InlineData("""{"Verb":"check-session","Key":"a","Session":"x"}""", "failed session check for key \\\"a\\\", current session \\\"\\\" != \\\"x\\\"")]
    [InlineData("""{"Verb":"check-not-exists","Key":"a"}""", """key \"a\" exists""")]
    public async Task A_conflict_is_409_and_nothing_is_done(string operation, string what)
    {
        await _api.Api.PutAsync("/v1/kv/a", "1");
        Assert.Equal($$"""409 {"Results":null,"Errors":[{"OpIndex":1,"What":"{{what}}"}]}""", await TxnAsync("""{"Verb":"set","Key":"b"}""", operation));
        Assert.Equal("404", await _api.AskAsync("GET", "/v1/kv/b"));
    }

    [Fact]
    public async Task What_only_reads_makes_no_entry_and_goes_on_without_a_leader_when_stale()
    {
        await _api.Api.PutAsync("/v1/kv/t/a", "1");
        var proposals = _api.Log.Proposals;
        using var answer = await _api.Api.SendAsync("PUT", "/v1/txn?stale", """[{"KV":{"Verb":"get-tree","Key":"t/"}},{"KV":{"Verb":"check-not-exists","Key":"none"}}]"""u8.ToArray());
        Assert.Equal(
            """{"Results":[{"KV":{"LockIndex":0,"Key":"t/a","Flags":0,"Value":"MQ==","CreateIndex":2,"ModifyIndex":2}}],"Errors":null}""",
            (await answer.Content.ReadAsStringAsync()).TrimEnd());
        Assert.Equal(("true", proposals), (answer.Headers.GetValues("X-Consul-KnownLeader").Single(), _api.Log.Proposals));
        _api.Log.IsLost = true;
        Assert.Equal(200, (await _api.Api.AskAsync("PUT", "/v1/txn?stale", """[{"KV":{"Verb":"get","Key":"t/a"}}]""")).Status);
    }

    [Theory]
    [InlineData("""{"Verb":"fly","Key":"a"}""", "400 unknown KV verb \"fly\"")]
    [InlineData("""{"Verb":"set","Key":""}""", "400 Must provide key")]
    [InlineData("""{"Verb":"set","Key":"a","Value":"?"}""", "400 Failed to parse body: failed to decode value")]
    [InlineData("""{"Verb":"set","Key":"_skerry/a"}""", "403 Permission denied: keys that begin with _skerry/")]
    public async Task Bad_operations_are_refused(string operation, string expected) => Assert.StartsWith(expected, await TxnAsync(operation), StringComparison.Ordinal);

    [Fact]
    public async Task Bounds_and_other_kinds_are_said()
    {
        Assert.Equal("413 Transaction contains too many operations (129 > 128)", await TxnAsync([.. Enumerable.Repeat("""{"Verb":"get","Key":"a"}""", 129)]));
        Assert.Equal(128, (await TxnAsync([.. Enumerable.Range(0, 128).Select(i => $$"""{"Verb":"set","Key":"k{{i}}"}""")])).Split("\"KV\"").Length - 1);
        Assert.Equal("413 Request body too large, max size: 524288 bytes", await _api.AskAsync("PUT", "/v1/txn", new string(' ', 524_289)));
        Assert.StartsWith("400 Failed to parse body: only KV operations", await _api.AskAsync("PUT", "/v1/txn", """[{"Node":{"Verb":"get"}}]"""), StringComparison.Ordinal);
        Assert.StartsWith("400 Request decode failed", await _api.AskAsync("PUT", "/v1/txn", "{}"), StringComparison.Ordinal);
        Assert.Equal("""{"Results":[],"Errors":null}""", await _api.AskAsync("PUT", "/v1/txn", "[]"));
    }

    public async ValueTask InitializeAsync() => _api = await KvApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    private Task<string> TxnAsync(params string[] operations) => _api.AskAsync("PUT", "/v1/txn", $"[{string.Join(',', operations.Select(operation => $$"""{"KV":{{operation}}}"""))}]");
}
