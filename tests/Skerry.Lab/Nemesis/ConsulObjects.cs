using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

using Skerry.Lab.Fabric;
using Skerry.Simulation;

namespace Skerry.Lab.Nemesis;

/// <summary>
/// The checker's objects through Consul's API, on the same keys as <see cref="EtcdObjects"/>. What Consul has no call for, to compare by value, is read, and then done if nothing has
/// been written since. Beside those there are locks that this client's session holds.
/// </summary>
internal sealed class ConsulObjects : IHistoryObjects, IDisposable
{
    /// <summary>As etcd's clients have it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly HttpClient _http;
    private string? _session;

    /// <param name="host">The machine of the node that is asked.</param>
    public ConsulObjects(LabHost host)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (call, cancel) =>
            {
                var socket = host.NewSocket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(call.DnsEndPoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://127.0.0.1:8500"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public bool HasSessions => true;

    public async Task<long> DoAsync(Operation operation)
    {
        var (name, element) = (EtcdObjects.Name(operation), EtcdObjects.Element(operation));
        var isOfSession = HistoryClient.IsOfSession(operation);
        return operation.Kind switch
        {
            OperationKind.Holder when isOfSession => await EntryAsync(name) is { Session: not null } held ? held.Value : 0,
            OperationKind.Read or OperationKind.Holder => (await EntryAsync(name))?.Value ?? 0,
            OperationKind.Elements => await ElementsAsync(name),
            OperationKind.Write => await PutAsync(name, operation.A, ""),
            OperationKind.CompareAndSwap => await SwapAsync(name, operation.A, operation.B),
            OperationKind.Acquire => await PutAsync(name, operation.A, "?cas=0"),
            OperationKind.Take => await PutAsync(name, operation.A, "?acquire=" + await SessionAsync()),
            OperationKind.Release when isOfSession => await PutAsync(name, 0, "?release=" + await SessionAsync()),
            OperationKind.Release => await DeleteAsync(name, operation.A),
            OperationKind.Add => await PutAsync(element, operation.A, "?cas=0"),
            _ => await DeleteAsync(element, operation.A),
        };
    }

    public void Dispose() => _http.Dispose();

    private static string Key(string name) => "/v1/kv/" + name;

    private async Task<long> SwapAsync(string name, int from, int to)
    {
        while (true)
        {
            var entry = await EntryAsync(name);
            if ((entry?.Value ?? 0) != from) return 0;
            if (await PutAsync(name, to, string.Create(CultureInfo.InvariantCulture, $"?cas={entry?.Index ?? 0}")) == 1) return 1;
        }
    }

    /// <summary>A deletion by index alone says of a key that is gone that it was deleted: here it must be there.</summary>
    private async Task<long> DeleteAsync(string name, int value)
    {
        while (true)
        {
            if (await EntryAsync(name) is not { } entry || entry.Value != value) return 0;
            var steps = new JsonArray(Step("check-index", name, entry.Index), Step("delete", name, 0));
            var (status, text) = await SendAsync(HttpMethod.Put, "/v1/txn", steps.ToJsonString(), isWrite: true);
            if (status == HttpStatusCode.OK) return 1;
            if (status != HttpStatusCode.Conflict) throw Refused(status, text, isWrite: true);
        }

        static JsonObject Step(string verb, string key, long index) => new() { ["KV"] = new JsonObject { ["Verb"] = verb, ["Key"] = key, ["Index"] = index } };
    }

    private async Task<long> ElementsAsync(string name)
    {
        var (status, text) = await SendAsync(HttpMethod.Get, Key(name) + "/?keys", null, isWrite: false);
        if (status == HttpStatusCode.NotFound) return 0;
        if (status != HttpStatusCode.OK) throw Refused(status, text, isWrite: false);
        return JsonNode.Parse(text)!.AsArray().Aggregate(0L, static (set, key) => set | (1L << int.Parse(key!.GetValue<string>().Split('/')[^1], CultureInfo.InvariantCulture)));
    }

    private async Task<(long Index, int Value, string? Session)?> EntryAsync(string name)
    {
        var (status, text) = await SendAsync(HttpMethod.Get, Key(name), null, isWrite: false);
        if (status == HttpStatusCode.NotFound) return null;
        if (status != HttpStatusCode.OK) throw Refused(status, text, isWrite: false);
        var entry = JsonNode.Parse(text)![0]!;
        var value = int.Parse(Convert.FromBase64String(entry["Value"]!.GetValue<string>()), CultureInfo.InvariantCulture);
        return (entry["ModifyIndex"]!.GetValue<long>(), value, entry["Session"]?.GetValue<string>());
    }

    private async Task<long> PutAsync(string name, int value, string query)
    {
        var (status, text) = await SendAsync(HttpMethod.Put, Key(name) + query, value.ToString(CultureInfo.InvariantCulture), isWrite: true);
        if (status != HttpStatusCode.OK) throw Refused(status, text, isWrite: true);
        return text.Trim() == "true" ? query.Length > 0 ? 1 : 0 : 0;
    }

    /// <summary>One that only its client ends: it has neither checks nor a time.</summary>
    private async Task<string> SessionAsync()
    {
        if (_session is not null) return _session;
        var (status, text) = await SendAsync(HttpMethod.Put, "/v1/session/create", """{"NodeChecks":[],"LockDelay":"0s"}""", isWrite: false);
        if (status != HttpStatusCode.OK) throw Refused(status, text, isWrite: false);
        return _session = JsonNode.Parse(text)!["ID"]!.GetValue<string>();
    }

    private static CallFailure Refused(HttpStatusCode status, string text, bool isWrite) => new($"{(int)status} {text.Trim()}", isWrite);

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpMethod method, string path, string? body, bool isWrite)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            using var message = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
            using var response = await _http.SendAsync(message, limit.Token);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token));
        }
        catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException or IOException)
        {
            // Whoever could not connect has asked for nothing.
            throw new CallFailure(failed.Message, isWrite && failed is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError });
        }
    }
}
