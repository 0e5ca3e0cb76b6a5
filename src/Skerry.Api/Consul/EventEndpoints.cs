using System.Globalization;
using System.Text.Json.Nodes;

using Skerry.Api.Acl;
using Skerry.Api.Events;
using Skerry.Api.Http;

namespace Skerry.Api.Consul;

/// <summary>User events: told by gossip to every node of the group, kept by those they are for.</summary>
internal static class EventEndpoints
{
    private const int MaxPayload = 512;

    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("PUT", "/v1/event/fire/{name}", "Tell every node of an event; ?node=, ?service= and ?tag= are regular expressions of whom it is for", FireAsync),
        new("GET", "/v1/event/list", "The last events that were for this node; with ?name= those of one name", ListAsync),
    ];

    private static async Task FireAsync(ApiCall call)
    {
        var name = call.Path("name");
        call.Require(AclResource.Event, name, AclAccess.Write);
        var told = new UserEvent
        {
            Id = Guid.NewGuid().ToString(),
            Name = name,
            NodeFilter = Filter(call, "node"),
            ServiceFilter = Filter(call, "service"),
            TagFilter = Filter(call, "tag"),
            Payload = await call.ReadBytesAsync(MaxPayload, size => new ApiException(413, $"Event payload too large ({size} bytes), max size: {MaxPayload} bytes")),
        };
        if (told.TagFilter.Length > 0 && told.ServiceFilter.Length == 0) throw new ApiException(500, "Cannot provide tag filter without service filter");
        call.Events.Fire(told);
        await call.JsonAsync(Shape(told));
    }

    private static async Task ListAsync(ApiCall call)
    {
        var wanted = call.Query("name");
        var index = call.Number("index") ?? 0;
        using var limit = call.LimitWait();
        while (true)
        {
            var changed = call.Events.Changed;
            var events = Read(call, wanted);
            // Not an order, so that any other will do.
            var now = events.Count > 0 ? events[^1].Index : 1;
            if (index == 0 || now != index || limit.IsCancellationRequested)
            {
                call.Http.Response.Headers["X-Consul-Index"] = now.ToString(CultureInfo.InvariantCulture);
                await call.JsonAsync(new JsonArray([.. events.Select(Shape)]));
                return;
            }

            await changed.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            call.Aborted.ThrowIfCancellationRequested();
        }
    }

    private static List<UserEvent> Read(ApiCall call, string? name) =>
        [.. call.Visible(call.Events.Recent.Where(told => string.IsNullOrEmpty(name) || told.Name == name), told => call.Allows(AclResource.Event, told.Name, AclAccess.Read))];

    private static string Filter(ApiCall call, string parameter)
    {
        var filter = call.Query(parameter) ?? "";
        if (filter.Length == 0 || EventFilter.TryRead(filter, out _)) return filter;
        throw new ApiException(500, $"Invalid {parameter} filter: it is no regular expression that can be read, or a long one");
    }

    private static JsonObject Shape(UserEvent told) => new()
    {
        ["ID"] = told.Id,
        ["Name"] = told.Name,
        ["Payload"] = told.Payload.IsEmpty ? null : Convert.ToBase64String(told.Payload.Span),
        ["NodeFilter"] = told.NodeFilter,
        ["ServiceFilter"] = told.ServiceFilter,
        ["TagFilter"] = told.TagFilter,
        ["Version"] = 1,
        ["LTime"] = told.LTime,
    };
}
