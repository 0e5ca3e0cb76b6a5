using System.Diagnostics.Metrics;

namespace Skerry.Api;

/// <summary>Counters of the API.</summary>
internal sealed class ApiMetrics
{
    private readonly Counter<long> _refused;

    public ApiMetrics(IMeterFactory meters) =>
        _refused = meters.Create("Skerry.Api").CreateCounter<long>("skerry.api.acl.refused", "{request}", "Requests refused by access control, by resource and access wanted; token and unknown: no such token");

    public void Refused(string resource, string access) =>
        _refused.Add(1, new KeyValuePair<string, object?>("resource", resource), new KeyValuePair<string, object?>("access", access));
}
