using Microsoft.AspNetCore.Http;

using Skerry.Api.Metrics;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>What etcd answers by plain HTTP on the port of its API.</summary>
internal sealed class PlainEndpoints(ManifestNode node, PrometheusExporter metrics)
{
    public async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value;
        if (path is not ("/health" or "/version" or "/metrics" or "/debug/vars" or "/livez" or "/readyz"))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            await http.Response.WriteAsync("404 page not found\n");
        }
        else if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = "GET";
            await http.Response.WriteAsync("Method Not Allowed\n");
        }
        else
        {
            await (path switch
            {
                "/health" => HealthAsync(http),
                "/version" => JsonAsync(http, $$"""{"etcdserver":"{{EtcdOptions.ApiVersion}}","etcdcluster":"3.5.0"}"""),
                "/metrics" => TextAsync(http, "text/plain; version=0.0.4; charset=utf-8", metrics.Render()),
                "/debug/vars" => JsonAsync(http, metrics.ToJson(DateTimeOffset.UnixEpoch)["Gauges"]!.ToJsonString()),
                "/livez" => TextAsync(http, "text/plain; charset=utf-8", "ok\n"),
                _ => ReadyAsync(http),
            });
        }
    }

    /// <summary>Healthy: no alarm, a leader, and a read that is proved with the group.</summary>
    private async Task HealthAsync(HttpContext http)
    {
        var reason = await WhyNotAsync(http);
        if (reason.Length > 0) http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await JsonAsync(http, $$"""{"health":"{{(reason.Length == 0 ? "true" : "false")}}","reason":"{{reason}}"}""");
    }

    private async Task ReadyAsync(HttpContext http)
    {
        var reason = await WhyNotAsync(http);
        if (reason.Length > 0) http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await TextAsync(http, "text/plain; charset=utf-8", reason.Length == 0 ? "ok\n" : reason + "\n");
    }

    private async Task<string> WhyNotAsync(HttpContext http)
    {
        var isSerializable = http.Request.Query["serializable"] == "true";
        var excluded = http.Request.Query["exclude"];
        foreach (var alarm in node.Status.Alarms)
        {
            var name = alarm.Kind == AlarmKind.NoSpace ? "NOSPACE" : "CORRUPT";
            if (!excluded.Contains(name)) return $"ALARM {name}";
        }

        if (node.Log.Leader == 0 && !isSerializable) return "RAFT NO LEADER";
        var error = isSerializable ? ManifestError.None : await node.BarrierAsync(http.RequestAborted);
        return error == ManifestError.None ? "" : $"RANGE ERROR:{EtcdErrors.Of(error).Message}";
    }

    private static Task JsonAsync(HttpContext http, string json) => TextAsync(http, "application/json", json);

    private static async Task TextAsync(HttpContext http, string type, string text)
    {
        http.Response.ContentType = type;
        if (HttpMethods.IsGet(http.Request.Method)) await http.Response.WriteAsync(text, http.RequestAborted);
    }
}
