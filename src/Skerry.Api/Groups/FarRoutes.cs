using Microsoft.AspNetCore.Http;

namespace Skerry.Api.Groups;

/// <summary>Which calls one group answers to another: those about what it agrees on. What is about one node, or changes the group itself, is not among them.</summary>
internal static class FarRoutes
{
    private static readonly PathString[] Open = ["/v1/kv", "/v1/session", "/v1/txn", "/v1/event", "/v1/status"];
    private static readonly PathString[] ToRead = ["/v1/operator", "/v1/skerry/group"];

    /// <summary>Answered from what this node knows of other groups, and with <c>dc</c> about one of them.</summary>
    private static readonly PathString[] Known = ["/v1/catalog", "/v1/health", "/v1/coordinate", "/v1/query", "/v1/agent", "/v1/skerry/members", "/v1/skerry/services"];

    /// <summary>Whether a group answers the call to another.</summary>
    public static bool IsOpen(HttpRequest request) => Has(Open, request) || (HttpMethods.IsGet(request.Method) && Has(ToRead, request));

    /// <summary>Whether this node answers the call itself, whatever group it is about.</summary>
    public static bool IsKnownHere(HttpRequest request) => Has(Known, request);

    private static bool Has(PathString[] paths, HttpRequest request) => Array.Exists(paths, path => request.Path.StartsWithSegments(path, StringComparison.Ordinal));
}
