using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using Skerry.Api.Acl;
using Skerry.Api.Events;
using Skerry.Api.Filter;
using Skerry.Catalog;
using Skerry.Manifest;

namespace Skerry.Api.Http;

/// <summary>One request to the API, and what its answers have in common.</summary>
/// <param name="http">The request.</param>
/// <param name="options">The API's.</param>
/// <param name="catalog">The group as this node sees it.</param>
/// <param name="agent">The agent.</param>
/// <param name="authorizer">What the one who asks may do.</param>
/// <param name="events">The last events that were for this node.</param>
/// <param name="time">For waits.</param>
/// <param name="stopping">Ends when the API stops: whoever waits is answered with what is known.</param>
internal sealed class ApiCall(
    HttpContext http, ApiOptions options, ServiceCatalog catalog, IAgentControl agent, IAuthorizer authorizer, EventBoard events, TimeProvider time, CancellationToken stopping)
{
    private const int MaxBody = 512 * 1024;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Pretty = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true, IndentSize = 4 };
    private static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    public HttpContext Http => http;

    public ApiOptions Options => options;

    public ServiceCatalog Catalog => catalog;

    public IAgentControl Agent => agent;

    /// <summary>What the group agrees on.</summary>
    /// <exception cref="ApiException">This node takes no part in it.</exception>
    public ManifestNode Manifest => agent.Manifest ?? throw NoManifest;

    /// <summary>The members of the group that agrees.</summary>
    /// <exception cref="ApiException">This node takes no part in it.</exception>
    public IManifestGroup Members => agent.Group ?? throw NoManifest;

    /// <summary>The gateway's objects in what the group agrees on.</summary>
    /// <exception cref="ApiException">This node takes no part in it.</exception>
    public IGatewayControl Gateway => agent.Gateway ?? throw NoManifest;

    /// <summary>The last events that were for this node.</summary>
    public EventBoard Events => events;

    /// <summary>What the one who asks may do.</summary>
    public IAuthorizer Authorizer => authorizer;

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>The time of day.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Ends when the API stops.</summary>
    public CancellationToken Stopping => stopping;

    private static ApiException NoManifest =>
        new(501, "This node takes no part in what its group agrees on: ask a node that does, or set manifest.role to server or observer, and dataDirectory.");

    /// <summary>Goes on only if it is allowed: read, write or list one thing.</summary>
    /// <exception cref="ApiException">It is not.</exception>
    public void Require(AclResource resource, string name, AclAccess access)
    {
        if (!authorizer.Allows(resource, name, access)) throw authorizer.Refuse(resource, name, access);
    }

    /// <summary>The same for resources that have no names.</summary>
    public void Require(AclResource resource, AclAccess access) => Require(resource, "", access);

    /// <summary>The same for this node's agent.</summary>
    public void RequireAgent(AclAccess access) => Require(AclResource.Agent, options.NodeName, access);

    /// <summary>The same for everything whose name begins with a prefix, there or not: what deleting a tree takes.</summary>
    public void RequireTree(AclResource resource, string prefix, AclAccess access)
    {
        if (!authorizer.AllowsTree(resource, prefix, access)) throw authorizer.Refuse(resource, prefix, access);
    }

    /// <summary>Whether it is allowed; for an answer that is given either way.</summary>
    public bool Allows(AclResource resource, string name, AclAccess access) => authorizer.Allows(resource, name, access);

    /// <summary>What of an answer may be seen. Where some may not, the answer says so, to who brought a token.</summary>
    public IEnumerable<T> Visible<T>(IEnumerable<T> items, Func<T, bool> mayBeSeen) => authorizer is AllowAll ? items : Filter(items, mayBeSeen);

    private IEnumerable<T> Filter<T>(IEnumerable<T> items, Func<T, bool> mayBeSeen)
    {
        foreach (var item in items)
        {
            if (mayBeSeen(item)) yield return item;
            else if (authorizer.HasToken) http.Response.Headers["X-Consul-Results-Filtered-By-ACLs"] = "true";
        }
    }

    /// <summary>A part of the path, decoded.</summary>
    public string Path(string name) => http.Request.RouteValues[name]?.ToString() ?? "";

    public string? Query(string name) => http.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>Whether a flag is there, with or without a value other than false.</summary>
    public bool Flag(string name) => Query(name) is { } value && value is not ("false" or "0");

    /// <summary>Every value of a parameter that may be repeated.</summary>
    public IEnumerable<string> All(string name) => http.Request.Query.TryGetValue(name, out var values) ? values.OfType<string>() : [];

    /// <summary>The index that <c>index</c> gives, beyond which an answer is waited for; null when there is none.</summary>
    /// <exception cref="ApiException">It is no number.</exception>
    public ulong? WaitIndex => Query("index") is { Length: > 0 } text ? Number("index", text) : null;

    /// <summary>The group that <c>dc</c> names, or this node's own.</summary>
    /// <exception cref="ApiException">It is not known here; Consul's words.</exception>
    public GroupView ViewOf(CatalogSnapshot snapshot) =>
        GroupView.Of(snapshot, options.Group, Query("dc") is { Length: > 0 } group ? group : options.Group) ?? throw new ApiException(500, "No path to datacenter");

    /// <summary>Answers a read of a group's part of the catalog, now or when what it is about has changed.</summary>
    /// <param name="indexOf">Index of what the answer is about.</param>
    /// <param name="read">Makes the answer; null: 404 with an empty body.</param>
    public async Task ReadAsync(Func<GroupView, ulong> indexOf, Func<GroupView, JsonNode?> read)
    {
        if (Flag("stale") && Flag("consistent")) throw new ApiException(400, "Cannot specify ?stale with ?consistent, conflicting semantics.");
        ViewOf(catalog.Current);
        var filter = ReadFilter();
        var view = ViewOf(await WaitAsync(snapshot => indexOf(ViewOf(snapshot))));
        var headers = http.Response.Headers;
        headers["X-Consul-Index"] = Math.Max(1, indexOf(view)).ToString(CultureInfo.InvariantCulture);
        // Every node answers from its own view, which nobody leads and which is never older than what has reached it.
        headers["X-Consul-KnownLeader"] = "true";
        headers["X-Consul-LastContact"] = "0";
        headers["X-Consul-Effective-Consistency"] = "stale";
        var answer = read(view);
        if (answer is null) http.Response.StatusCode = 404;
        else await JsonAsync(filter is null ? answer : filter.Apply(answer));
    }

    /// <summary>The <c>filter</c> expression, read; null when there is none.</summary>
    public FilterExpression? ReadFilter()
    {
        if (Query("filter") is not { Length: > 0 } text) return null;
        return FilterParser.TryParse(text, out var expression, out var error) ? expression : throw new ApiException(400, $"Failed to create filter: {error}");
    }

    /// <summary>A number of a parameter; null when it is not there.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public ulong? Number(string name) => Query(name) is { } text ? Number(name, text) : null;

    /// <summary>Waits by <c>index</c> and <c>wait</c>.</summary>
    public async Task<CatalogSnapshot> WaitAsync(Func<CatalogSnapshot, ulong> indexOf)
    {
        var snapshot = catalog.Current;
        if (WaitIndex is not { } index) return snapshot;
        using var limit = LimitWait();
        if (index == 0 || indexOf(snapshot) != index) return snapshot;
        try
        {
            while (indexOf(snapshot) == index) snapshot = await catalog.NextAsync(snapshot, limit.Token);
        }
        catch (OperationCanceledException) when (!Aborted.IsCancellationRequested)
        {
            // The time is over, or the API stops: what is known is the answer.
        }

        return catalog.Current;
    }

    /// <summary>A token that ends when the longest wait of this request is over.</summary>
    public CancellationTokenSource LimitWait()
    {
        var wait = DefaultWait;
        if (Query("wait") is { Length: > 0 } text && !GoDuration.TryParse(text, out wait)) throw new ApiException(400, "Invalid wait time");
        if (wait <= TimeSpan.Zero) wait = DefaultWait;
        if (wait > LongestWait) wait = LongestWait;
        // Jitter keeps watchers that were started together from coming back together.
        var over = new CancellationTokenSource(wait + (wait / 16 * Random.Shared.NextDouble()), time);
        http.Response.RegisterForDispose(over);
        return CancellationTokenSource.CreateLinkedTokenSource(Aborted, stopping, over.Token);
    }

    public Task JsonAsync(JsonNode node)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(node.ToJsonString(Flag("pretty") ? Pretty : Compact) + "\n", Aborted);
    }

    /// <summary>Answers what is written as JSON.</summary>
    public async Task JsonAsync(Action<Utf8JsonWriter> write, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = Flag("pretty"), IndentSize = 4 };
        await using (var writer = new Utf8JsonWriter(http.Response.BodyWriter, options)) write(writer);
        await http.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), Aborted);
    }

    public Task TextAsync(string text, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text, Aborted);
    }

    /// <summary>The body as JSON, its keys found whatever their case and underscores.</summary>
    /// <param name="mayBeEmpty">Whether no body is as good as <c>{}</c>.</param>
    public async Task<LooseObject> ReadBodyAsync(bool mayBeEmpty = false)
    {
        var body = await ReadBytesAsync(MaxBody, TooLarge);
        return mayBeEmpty && body.IsEmpty ? new LooseObject([], "") : LooseObject.Read(body.Span);
    }

    /// <summary>The body as the text it is.</summary>
    public async Task<string> ReadTextAsync() => System.Text.Encoding.UTF8.GetString((await ReadBytesAsync(MaxBody, TooLarge)).Span);

    /// <summary>The body as it is.</summary>
    /// <param name="most">Bytes it may have.</param>
    /// <param name="refuse">What is answered to more, by how many there are at least.</param>
    public async Task<ReadOnlyMemory<byte>> ReadBytesAsync(int most, Func<long, ApiException> refuse)
    {
        if (http.Request.ContentLength is { } length && length > most) throw refuse(length);
        using var buffer = new MemoryStream((int)(http.Request.ContentLength ?? 0));
        var chunk = new byte[8192];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, Aborted)) > 0)
        {
            if (buffer.Length + read > most) throw refuse(buffer.Length + read);
            buffer.Write(chunk, 0, read);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static ApiException TooLarge(long size) => new(413, $"Request body too large, max size: {MaxBody} bytes.");

    private static ulong Number(string name, string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new ApiException(400, $"Invalid {name}");
}
