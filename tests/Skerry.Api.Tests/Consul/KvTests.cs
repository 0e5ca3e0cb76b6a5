using System.Text;

using Skerry.Manifest;

namespace Skerry.Api.Tests.Consul;

/// <summary>Consul's keys: shapes, flags, refusals, waits.</summary>
public sealed class KvTests : IAsyncLifetime
{
    private KvApi _api = null!;

    [Fact]
    public async Task A_key_is_written_read_and_deleted_as_Consul_does()
    {
        Assert.Equal("404", await _api.AskAsync("GET", "/v1/kv/web/limit"));
        Assert.Equal("true", await _api.AskAsync("PUT", "/v1/kv/web/limit?flags=42", "100"));
        Assert.Equal(
            """[{"LockIndex":0,"Key":"web/limit","Flags":42,"Value":"MTAw","CreateIndex":2,"ModifyIndex":2}]""", await _api.AskAsync("GET", "/v1/kv/web/limit"));
        Assert.Equal("true", await _api.AskAsync("PUT", "/v1/kv/web/limit", ""));
        Assert.Equal(
            """[{"LockIndex":0,"Key":"web/limit","Flags":0,"Value":null,"CreateIndex":2,"ModifyIndex":3}]""", await _api.AskAsync("GET", "/v1/kv/web/limit"));
        Assert.Equal("true", await _api.AskAsync("DELETE", "/v1/kv/web/limit"));
        Assert.Equal("true", await _api.AskAsync("DELETE", "/v1/kv/web/limit"));
        Assert.Equal("404", await _api.AskAsync("GET", "/v1/kv/web/limit"));
    }

    [Fact]
    public async Task Keys_are_taken_as_they_are_written_and_raw_values_are_no_pages()
    {
        await _api.Api.PutAsync("/v1/kv/a%2Fb%20c+%E2%82%AC%3F", "<script>");
        Assert.Equal("a/b c+€?", (await _api.EntryAsync("a/b%20c+%E2%82%AC%3F"))["Key"]!.GetValue<string>());
        using var raw = await _api.Api.SendAsync("GET", "/v1/kv/a%2fb%20c+%e2%82%ac%3f?raw");
        Assert.Equal("<script>", await raw.Content.ReadAsStringAsync());
        Assert.Equal(("text/plain", "nosniff", "sandbox"), (
            raw.Content.Headers.ContentType!.ToString(), raw.Headers.GetValues("X-Content-Type-Options").Single(), raw.Headers.GetValues("Content-Security-Policy").Single()));
    }

    [Fact]
    public async Task Prefixes_are_read_listed_cut_and_deleted()
    {
        foreach (var key in new[] { "web/a/1", "web/a/2", "web/b", "web", "other" }) await _api.Api.PutAsync($"/v1/kv/{key}", key);
        Assert.Equal(3, (await _api.Api.GetAsync("/v1/kv/web/?recurse")).AsArray().Count);
        Assert.Equal("""["web/a/1","web/a/2","web/b"]""", await _api.AskAsync("GET", "/v1/kv/web/?keys"));
        Assert.Equal("""["web/a/","web/b"]""", await _api.AskAsync("GET", "/v1/kv/web/?keys&separator=/"));
        Assert.Equal("""["other","web","web/"]""", await _api.AskAsync("GET", "/v1/kv/?keys&seperator=/"));
        Assert.Equal("404", await _api.AskAsync("GET", "/v1/kv/none/?keys"));
        Assert.Equal("404", await _api.AskAsync("GET", "/v1/kv/none/?recurse"));
        Assert.Equal("true", await _api.AskAsync("DELETE", "/v1/kv/web/?recurse"));
        Assert.Equal("""["other","web"]""", await _api.AskAsync("GET", "/v1/kv?keys"));
        await _api.Node.ExecuteAsync(new PutOp { Key = "_skerry/kept"u8.ToArray() }, CancellationToken.None);
        Assert.Equal("true", await _api.AskAsync("DELETE", "/v1/kv/_sk?recurse"));
        Assert.Equal("true", await _api.AskAsync("DELETE", "/v1/kv/?recurse"));
        Assert.Equal("""["_skerry/kept"]""", await _api.AskAsync("GET", "/v1/kv/?keys"));
    }

    [Fact]
    public async Task A_cas_writes_and_deletes_only_over_its_index()
    {
        Assert.Equal("true", await _api.AskAsync("PUT", "/v1/kv/a?cas=0", "1"));
        Assert.Equal("false", await _api.AskAsync("PUT", "/v1/kv/a?cas=0", "2"));
        Assert.Equal("false", await _api.AskAsync("PUT", "/v1/kv/a?cas=18446744073709551615", "2"));
        Assert.Equal("true", await _api.AskAsync("PUT", "/v1/kv/a?cas=2&flags=7", "2"));
        Assert.Equal("false", await _api.AskAsync("DELETE", "/v1/kv/a?cas=2"));
        Assert.Equal("false", await _api.AskAsync("DELETE", "/v1/kv/a?cas=0"));
        Assert.Equal("true", await _api.AskAsync("DELETE", "/v1/kv/a?cas=3"));
        Assert.Equal("true", await _api.AskAsync("DELETE", "/v1/kv/a?cas=9"));
    }

    [Theory]
    [InlineData("GET", "/v1/kv/", "400 Missing key name")]
    [InlineData("PUT", "/v1/kv/", "400 Missing key name")]
    [InlineData("DELETE", "/v1/kv/", "400 Missing key name")]
    [InlineData("PUT", "/v1/kv/a?acquire=x&cas=0", "400 Conflicting flags: acquire=x&cas=0")]
    [InlineData("DELETE", "/v1/kv/a?cas=1&recurse", "400 Conflicting flags: cas=1&recurse")]
    [InlineData("GET", "/v1/kv/a?stale&consistent", "400 Cannot specify ?stale with ?consistent, conflicting semantics.")]
    [InlineData("GET", "/v1/kv/a?index=x", "400 Invalid index")]
    [InlineData("GET", "/v1/kv/a?index=1&wait=x", "400 Invalid wait time")]
    [InlineData("GET", "/v1/kv/a?dc=elsewhere", "500 No path to datacenter")]
    [InlineData("PUT", "/v1/kv/a?flags=-1", "400 Invalid flags")]
    [InlineData("PUT", "/v1/kv/a?cas=x", "400 Invalid cas")]
    [InlineData("PUT", "/v1/kv/a?acquire=", "400 missing session")]
    [InlineData("PUT", "/v1/kv/a?acquire=nobody", "500 invalid session \"nobody\"")]
    [InlineData("PUT", "/v1/kv/a?release=nobody", "false")]
    [InlineData("PUT", "/v1/kv/_skerry/x", "403 Permission denied: keys that begin with _skerry/ can be read, and are written by Skerry alone")]
    [InlineData("PUT", "/v1/kv/%5Fskerry/x?cas=0", "403 Permission denied: keys that begin with _skerry/ can be read, and are written by Skerry alone")]
    [InlineData("DELETE", "/v1/kv/_skerry/?recurse", "403 Permission denied: keys that begin with _skerry/ can be read, and are written by Skerry alone")]
    public async Task What_cannot_be_done_is_refused_in_Consuls_words(string method, string path, string expected) => Assert.Equal(expected, await _api.AskAsync(method, path));

    [Fact]
    public async Task A_value_may_have_512_KiB_and_not_a_byte_more()
    {
        Assert.Equal("true", await _api.AskAsync("PUT", "/v1/kv/a", new string('x', 512 * 1024)));
        Assert.Equal("413 Request body(524289 bytes) too large, max size: 524288 bytes.", await _api.AskAsync("PUT", "/v1/kv/a", new string('x', (512 * 1024) + 1)));
        Assert.Equal(2, (await _api.EntryAsync("a"))["ModifyIndex"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_lock_is_held_by_one_session_and_its_token_grows()
    {
        var (one, two) = (await _api.SessionAsync(), await _api.SessionAsync());
        using var taken = await _api.Api.SendAsync("PUT", $"/v1/kv/door?acquire={one}", "me"u8.ToArray());
        Assert.Equal(("true\n", "1", "2"), (
            await taken.Content.ReadAsStringAsync(), taken.Headers.GetValues("X-Skerry-Lock-Index").Single(), taken.Headers.GetValues("X-Skerry-Revision").Single()));
        Assert.Equal("false", await _api.AskAsync("PUT", $"/v1/kv/door?acquire={two}", "no"));
        Assert.Equal("true", await _api.AskAsync("PUT", $"/v1/kv/door?acquire={one}", "me again"));
        var entry = await _api.EntryAsync("door");
        Assert.Equal((one, 1), (entry["Session"]!.GetValue<string>(), entry["LockIndex"]!.GetValue<int>()));
        Assert.Equal("false", await _api.AskAsync("PUT", $"/v1/kv/door?release={two}"));
        Assert.Equal("true", await _api.AskAsync("PUT", $"/v1/kv/door?release={one}", "free"));
        Assert.Null((await _api.EntryAsync("door"))["Session"]);
        Assert.Equal("true", await _api.AskAsync("PUT", $"/v1/kv/door?acquire={two}"));
        Assert.Equal(2, (await _api.EntryAsync("door"))["LockIndex"]!.GetValue<int>());
        // The end of the holder frees the key, and its delay keeps it shut.
        Assert.Equal("true", await _api.AskAsync("PUT", $"/v1/session/destroy/{two}"));
        Assert.Null((await _api.EntryAsync("door"))["Session"]);
        Assert.Equal("false", await _api.AskAsync("PUT", $"/v1/kv/door?acquire={one}"));
    }

    [Fact]
    public async Task A_wait_ends_with_a_change_of_its_own_key_and_of_no_other()
    {
        await _api.Api.PutAsync("/v1/kv/a", "1");
        await _api.Api.PutAsync("/v1/kv/b", "1");
        Assert.Equal("2", await _api.Api.IndexAsync("/v1/kv/a"));
        Assert.Equal("1", await _api.Api.IndexAsync("/v1/kv/none"));
        var waiting = _api.AskAsync("GET", "/v1/kv/a?index=2&raw");
        await WatchedAsync();
        await _api.Api.PutAsync("/v1/kv/b", "2");
        Assert.False(waiting.IsCompleted);
        await _api.Api.PutAsync("/v1/kv/a", "2");
        Assert.Equal("2", await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        // What has changed already is answered at once.
        Assert.Equal("2", await _api.AskAsync("GET", "/v1/kv/a?index=2&raw"));
    }

    [Theory]
    [InlineData("DELETE", "/v1/kv/tree/b")]
    [InlineData("DELETE", "/v1/kv/tree/?recurse")]
    [InlineData("PUT", "/v1/kv/tree/new")]
    public async Task A_wait_on_a_prefix_ends_with_deletions_too(string method, string path)
    {
        await _api.Api.PutAsync("/v1/kv/tree/a", "");
        await _api.Api.PutAsync("/v1/kv/tree/b", "");
        var index = await _api.Api.IndexAsync("/v1/kv/tree/?recurse");
        var waiting = _api.Api.IndexAsync($"/v1/kv/tree/?recurse&index={index}");
        await WatchedAsync();
        await _api.AskAsync(method, path);
        Assert.Equal("4", await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        // Whoever comes later with the old index hears of it as well, also once the deletion has been forgotten.
        Assert.Equal("4", await _api.Api.IndexAsync($"/v1/kv/tree/?keys&index={index}"));
        await _api.Api.PutAsync("/v1/kv/other", "");
        await _api.Node.CompactAsync(5, CancellationToken.None);
        Assert.Equal("5", await _api.Api.IndexAsync($"/v1/kv/tree/?keys&index={index}"));
    }

    [Fact]
    public async Task A_wait_that_nothing_ends_is_answered_when_its_time_is_over()
    {
        await _api.Api.PutAsync("/v1/kv/a", "1");
        Assert.Equal("1", await _api.AskAsync("GET", "/v1/kv/a?index=2&wait=20ms&raw"));
        Assert.Equal(0, _api.Node.Status.Watchers);
    }

    [Fact]
    public async Task Without_a_leader_stale_reads_go_on_and_say_so()
    {
        await using var api = await KvApi.StartAsync(new ManifestOptions { RequestTimeout = TimeSpan.FromMilliseconds(100) });
        await api.Api.PutAsync("/v1/kv/a", "1");
        using var well = await api.Api.SendAsync("GET", "/v1/kv/a");
        Assert.Equal("true 0 leader 2", Said(well));
        using var sure = await api.Api.SendAsync("GET", "/v1/kv/a?consistent");
        Assert.Equal("true 0 consistent 2", Said(sure));
        api.Log.IsLost = true;
        Assert.Equal("500 No cluster leader", await api.AskAsync("GET", "/v1/kv/a"));
        Assert.Equal("500 No cluster leader", await api.AskAsync("PUT", "/v1/kv/a", "2"));
        Assert.Equal("500 No cluster leader", await api.AskAsync("PUT", "/v1/session/create"));
        using var stale = await api.Api.SendAsync("GET", "/v1/kv/a?stale");
        Assert.Equal("false 0 stale 2", Said(stale));
        Assert.Contains("MQ==", await stale.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        static string Said(HttpResponseMessage answer) =>
            string.Join(' ', new[] { "KnownLeader", "LastContact", "Effective-Consistency", "Index" }.Select(name => answer.Headers.GetValues("X-Consul-" + name).Single()));
    }

    [Fact]
    public async Task A_node_without_a_manifest_says_so()
    {
        _api.Api.Agent.Manifest = null;
        Assert.StartsWith("501 This node takes no part", await _api.AskAsync("GET", "/v1/kv/a"), StringComparison.Ordinal);
        Assert.StartsWith("501 This node takes no part", await _api.AskAsync("PUT", "/v1/txn", "[]"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_kept_as_they_are()
    {
        byte[] value = [0, 0xff, 0xfe, 0x80];
        using var put = await _api.Api.SendAsync("PUT", "/v1/kv/bin", value);
        using var raw = await _api.Api.SendAsync("GET", "/v1/kv/bin?raw");
        Assert.Equal(value, await raw.Content.ReadAsByteArrayAsync());
        Assert.Equal(Convert.ToBase64String(value), (await _api.EntryAsync("bin"))["Value"]!.GetValue<string>());
        var result = (RangeResult)await _api.Node.RangeAsync(new RangeOp { Range = new KeyRange(Encoding.UTF8.GetBytes("bin"), default) }, CancellationToken.None);
        Assert.Equal(value, result.Entries[0].Value.ToArray());
    }

    public async ValueTask InitializeAsync() => _api = await KvApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    private Task WatchedAsync() => Replication.Tests.Eventually.HoldsAsync(() => _api.Node.Status.Watchers == 1);
}
