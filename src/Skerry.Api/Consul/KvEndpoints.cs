using System.Globalization;
using System.Text;

using Skerry.Api.Acl;
using Skerry.Api.Http;
using Skerry.Manifest;

namespace Skerry.Api.Consul;

/// <summary>Keys of the manifest. Their indexes are the revisions of the group's one key space, which etcd's clients see, too.</summary>
internal static class KvEndpoints
{
    /// <summary>Bytes of a value; Consul's default.</summary>
    public const int MaxValue = 512 * 1024;

    private const string Path = "/v1/kv";

    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/kv/{**key}", "A key; with ?recurse all with the prefix, with ?keys their names, with ?raw the value as it is", GetAsync),
        new("PUT", "/v1/kv/{**key}", "Write a key, with ?cas only over that index, with ?acquire or ?release as a session's lock", PutAsync),
        new("DELETE", "/v1/kv/{**key}", "Delete a key, with ?recurse all with the prefix, with ?cas only at that index", DeleteAsync),
    ];

    private static Task GetAsync(ApiCall call)
    {
        var key = RawPath.After(call.Http, Path);
        if (call.Query("keys") is not null) return ListAsync(call, key);
        return call.Query("recurse") is null ? ReadAsync(call, key) : ReadTreeAsync(call, key);
    }

    private static async Task ReadAsync(ApiCall call, byte[] key)
    {
        if (key.Length == 0) throw new ApiException(400, "Missing key name");
        call.Require(AclResource.Key, ManifestShapes.Text(key), AclAccess.Read);
        var result = await new ManifestQuery(call).ReadAsync(new KeyRange(key, default));
        // While it waited the right to see it may have gone.
        call.Require(AclResource.Key, ManifestShapes.Text(key), AclAccess.Read);
        if (result.Entries.Count == 0) call.Http.Response.StatusCode = 404;
        else if (call.Query("raw") is not null) await RawAsync(call, result.Entries[0].Value);
        else await EntriesAsync(call, result.Entries);
    }

    private static async Task ReadTreeAsync(ApiCall call, byte[] prefix)
    {
        var result = await new ManifestQuery(call).ReadAsync(KeyRange.Prefix(prefix));
        KeyEntry[] entries = [.. call.Visible(result.Entries, entry => call.Allows(AclResource.Key, ManifestShapes.Text(entry.Key), AclAccess.Read))];
        if (entries.Length == 0) call.Http.Response.StatusCode = 404;
        else await EntriesAsync(call, entries);
    }

    private static async Task ListAsync(ApiCall call, byte[] prefix)
    {
        // Consul's clients of long ago spell it with an e.
        var separator = Encoding.UTF8.GetBytes(call.Query("separator") ?? call.Query("seperator") ?? "");
        var result = await new ManifestQuery(call).ReadAsync(KeyRange.Prefix(prefix), keysOnly: true);
        var entries = call.Visible(result.Entries, entry => call.Allows(AclResource.Key, ManifestShapes.Text(entry.Key), AclAccess.Read));
        var names = Cut([.. entries.Select(entry => entry.Key)], prefix.Length, separator);
        if (names.Count == 0 && prefix.Length > 0)
        {
            call.Http.Response.StatusCode = 404;
            return;
        }

        await call.JsonAsync(json =>
        {
            json.WriteStartArray();
            foreach (var name in names) json.WriteStringValue(name.Span);
            json.WriteEndArray();
        });
    }

    /// <summary>Names up to and with the first separator behind the prefix, each once: what a folder holds.</summary>
    private static List<ReadOnlyMemory<byte>> Cut(IReadOnlyList<ReadOnlyMemory<byte>> keys, int prefix, byte[] separator)
    {
        var names = new List<ReadOnlyMemory<byte>>();
        foreach (var key in keys)
        {
            var at = separator.Length == 0 ? -1 : key.Span[prefix..].IndexOf(separator);
            var name = at < 0 ? key : key[..(prefix + at + separator.Length)];
            // In order: equal ones stand beside each other.
            if (names.Count == 0 || !names[^1].Span.SequenceEqual(name.Span)) names.Add(name);
        }

        return names;
    }

    private static async Task PutAsync(ApiCall call)
    {
        var key = RawPath.After(call.Http, Path);
        if (key.Length == 0) throw new ApiException(400, "Missing key name");
        RefuseConflicts(call, "cas", "acquire", "release");
        call.Require(AclResource.Key, ManifestShapes.Text(key), AclAccess.Write);
        ManifestQuery.RequireOwnGroup(call);
        var flags = call.Number("flags") ?? 0;
        var cas = call.Number("cas");
        var value = await call.ReadBytesAsync(MaxValue, size => new ApiException(413, $"Request body({size} bytes) too large, max size: {MaxValue} bytes."));
        if ((call.Query("acquire") ?? call.Query("release")) is { } session)
        {
            await LockAsync(call, new LockOp { Key = key, Value = value, Flags = flags, Session = session, IsRelease = call.Query("release") is not null });
            return;
        }

        var put = new PutOp { Key = key, Value = value, Flags = flags };
        if (cas is not { } index)
        {
            await DoAsync(call, put);
            await AnswerAsync(call, true);
            return;
        }

        var guarded = new TxnOp { Compares = [At(key, index)], Success = [put] };
        await AnswerAsync(call, await DoAsync(call, guarded) is TxnResult { Succeeded: true });
    }

    private static async Task LockAsync(ApiCall call, LockOp op)
    {
        if (op.Session.Length == 0) throw new ApiException(400, "missing session");
        if (ReservedKeys.IsWrittenBy(op)) throw ManifestErrors.Of(ManifestError.ReservedKey);
        var result = await call.Manifest.ExecuteAsync(op, call.Aborted);
        if (result.Error == ManifestError.SessionNotFound && !op.IsRelease) throw new ApiException(500, $"invalid session \"{op.Session}\"");
        if (result.Error is ManifestError.LockHeld or ManifestError.LockNotHeld or ManifestError.LockDelayed or ManifestError.SessionNotFound)
        {
            await AnswerAsync(call, false);
            return;
        }

        result.Done();
        Tell(call, "X-Skerry-Revision", result.Revision);
        if (result is LockResult taken) Tell(call, "X-Skerry-Lock-Index", taken.LockIndex);
        await AnswerAsync(call, true);
    }

    private static async Task DeleteAsync(ApiCall call)
    {
        var key = RawPath.After(call.Http, Path);
        RefuseConflicts(call, "recurse", "cas");
        ManifestQuery.RequireOwnGroup(call);
        var text = ManifestShapes.Text(key);
        if (call.Query("recurse") is not null)
        {
            call.RequireTree(AclResource.Key, text, AclAccess.Write);
            await DoAsync(call, new DeleteOp { Range = KeyRange.Prefix(key) });
            await AnswerAsync(call, true);
            return;
        }

        if (key.Length == 0) throw new ApiException(400, "Missing key name");
        call.Require(AclResource.Key, text, AclAccess.Write);
        var delete = new DeleteOp { Range = new KeyRange(key, default) };
        if (call.Number("cas") is not { } index)
        {
            await DoAsync(call, delete);
            await AnswerAsync(call, true);
            return;
        }

        // A key that is not there counts as deleted.
        var guarded = new TxnOp { Compares = [At(key, index)], Success = [delete], Failure = [new RangeOp { Range = delete.Range, CountOnly = true }] };
        var result = await DoAsync(call, guarded);
        await AnswerAsync(call, result is TxnResult { Succeeded: true } or TxnResult { Results: [RangeResult { Count: 0 }] });
    }

    /// <summary>That a key was written last at an index; 0: that it is not there.</summary>
    private static Compare At(byte[] key, ulong index) => new() { Range = new KeyRange(key, default), Target = CompareTarget.Mod, Number = (long)Math.Min(index, long.MaxValue) };

    private static async Task<ManifestResult> DoAsync(ApiCall call, ManifestOp op)
    {
        if (ReservedKeys.IsWrittenBy(op)) throw ManifestErrors.Of(ManifestError.ReservedKey);
        var result = (await call.Manifest.ExecuteAsync(op, call.Aborted)).Done();
        Tell(call, "X-Skerry-Revision", result.Revision);
        return result;
    }

    private static void RefuseConflicts(ApiCall call, params ReadOnlySpan<string> names)
    {
        var found = 0;
        foreach (var name in names) found += call.Query(name) is null ? 0 : 1;
        if (found > 1) throw new ApiException(400, $"Conflicting flags: {call.Http.Request.QueryString.Value?.TrimStart('?')}");
    }

    private static void Tell(ApiCall call, string header, long number) => call.Http.Response.Headers[header] = number.ToString(CultureInfo.InvariantCulture);

    private static Task AnswerAsync(ApiCall call, bool isDone) => call.JsonAsync(json => json.WriteBooleanValue(isDone));

    private static Task EntriesAsync(ApiCall call, IReadOnlyList<KeyEntry> entries) => call.JsonAsync(json =>
    {
        json.WriteStartArray();
        foreach (var entry in entries) ManifestShapes.Write(json, entry);
        json.WriteEndArray();
    });

    /// <summary>The value for whoever asks, and nothing a browser would run.</summary>
    private static async Task RawAsync(ApiCall call, ReadOnlyMemory<byte> value)
    {
        var answer = call.Http.Response;
        answer.ContentType = "text/plain";
        answer.ContentLength = value.Length;
        answer.Headers.XContentTypeOptions = "nosniff";
        answer.Headers.ContentSecurityPolicy = "sandbox";
        await answer.BodyWriter.WriteAsync(value, call.Aborted);
    }
}
