using System.Collections.Immutable;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Replication;
using Skerry.Replication.Tests;

namespace Skerry.Catalog.Tests;

/// <summary>Things to register, and catalogs to register them with.</summary>
internal static class Examples
{
    /// <summary>No wait of a test is longer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static ServiceInstance Service(string name, string? id = null) => new() { Node = "", Id = id ?? name, Name = name, Port = 8080 };

    public static CheckDefinition Ttl(string id, string service = "") =>
        new() { Id = id, Name = id, Type = CheckType.Ttl, TimeToLive = TimeSpan.FromSeconds(30), ServiceId = service };

    public static CheckDefinition Http(string id, string url) =>
        new() { Id = id, Name = id, Type = CheckType.Http, Target = url, Interval = TimeSpan.FromSeconds(10), Timeout = TimeSpan.FromSeconds(5) };

    public static CatalogOptions Options(string node = "a", string? directory = null) => new()
    {
        NodeName = node,
        NodeId = $"00000000-0000-0000-0000-{node.GetHashCode(StringComparison.Ordinal) & 0xFFFFFF:x12}",
        Group = "reef",
        Address = "127.0.0.1",
        DataDirectory = directory,
        EnableScriptChecks = true,
    };

    public static ServiceCatalog Catalog(
        CatalogOptions? options = null, IReplicationTransport? transport = null, TimeProvider? time = null, TestMeters? meters = null,
        IReplicationTransport? wide = null) =>
        new(options ?? Options(), transport, time ?? TimeProvider.System, NullLoggerFactory.Instance, meters ?? new TestMeters(), wide);

    /// <summary>A catalog that runs.</summary>
    public static async Task<ServiceCatalog> StartAsync(CatalogOptions? options = null, IReplicationTransport? transport = null, TimeProvider? time = null)
    {
        var catalog = Catalog(options, transport, time);
        await catalog.StartAsync(CancellationToken.None);
        return catalog;
    }

    public static Task RegisterAsync(this ServiceCatalog catalog, ServiceInstance service, params CheckDefinition[] checks) =>
        catalog.RegisterServiceAsync(service, [.. checks], replaceExistingChecks: false, CancellationToken.None);

    public static Task<bool> ReportAsync(this ServiceCatalog catalog, string check, CheckStatus status, string output = "") =>
        catalog.ReportTtlAsync(check, status, output, CancellationToken.None);

    public static CheckStatus StatusOf(this ServiceCatalog catalog, string service) => catalog.Current.Instances(service).Single().Status;

    /// <summary>Headers with one value each.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<string>> Headers(params (string Name, string Value)[] headers) =>
        headers.ToImmutableSortedDictionary(header => header.Name, header => ImmutableArray.Create(header.Value));
}
