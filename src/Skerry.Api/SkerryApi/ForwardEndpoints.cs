using System.Net;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using Skerry.Api.Acl;
using Skerry.Api.Http;

namespace Skerry.Api.SkerryApi;

/// <summary>Local addresses that lead to services.</summary>
internal static class ForwardEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/skerry/forwards", "Local addresses that lead to services", ListAsync),
        new("PUT", "/v1/skerry/forwards", "Open a forward to a service; with ?hold only for as long as this request lasts", OpenAsync),
        new("DELETE", "/v1/skerry/forwards/{id}", "Close a forward that was opened so", CloseAsync),
    ];

    private static Task ListAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Read);
        return call.JsonAsync(new JsonArray([.. call.Agent.Forwards.All.Select(Shape)]));
    }

    private static async Task OpenAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Write);
        var forwards = call.Agent.Forwards;
        var forward = await forwards.OpenAsync(Read(await call.ReadBodyAsync()), call.Aborted);
        if (!call.Flag("hold"))
        {
            await call.JsonAsync(Shape(forward));
            return;
        }

        try
        {
            // One line now; then the answer stays open, and the forward with it.
            await call.JsonAsync(Shape(forward));
            await call.Http.Response.Body.FlushAsync(call.Aborted);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, call.Stopping);
            await Task.Delay(Timeout.InfiniteTimeSpan, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            await forwards.CloseAsync(forward.Id);
        }
    }

    private static async Task CloseAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Write);
        var id = call.Path("id");
        if (await call.Agent.Forwards.CloseAsync(id)) await call.JsonAsync(JsonValue.Create(true));
        else throw new ApiException(StatusCodes.Status404NotFound, $"No forward with the id '{id}' was opened through the API. Configured ones go with the configuration.");
    }

    private static ApiForwardRequest Read(LooseObject body)
    {
        var service = body.Text("service");
        if (service.Length == 0) throw body.Refuse("service", "is missing");
        var listen = body.Text("listen", "127.0.0.1:0");
        // The framework reads an address without a port as port 0.
        if (!listen.Contains(':', StringComparison.Ordinal) || listen.EndsWith(']') || !IPEndPoint.TryParse(listen, out var address))
            throw body.Refuse("listen", $"must be ADDRESS:PORT such as 127.0.0.1:5432, not \"{listen}\"");
        return new ApiForwardRequest(service, body.Text("group"), address, body.Text("network", "tcp"), body.Text("policy"));
    }

    private static JsonObject Shape(ApiForward forward) => new()
    {
        ["id"] = forward.Id,
        ["service"] = forward.Service,
        ["group"] = forward.Group,
        ["network"] = forward.Network,
        ["policy"] = forward.Policy,
        ["address"] = forward.Address.ToString(),
        ["configured"] = forward.IsConfigured,
        ["open"] = forward.Open,
        ["opened"] = forward.Opened,
        ["failed"] = forward.Failed,
        ["instances"] = forward.Instances,
    };
}
