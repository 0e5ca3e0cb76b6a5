using System.Collections.Immutable;
using System.Runtime.CompilerServices;

using Skerry.Agent.CommandLine;
using Skerry.Agent.Composition;
using Skerry.Agent.Configuration;
using Skerry.Agent.Configuration.Schema;
using Skerry.Agent.Logging;
using Skerry.Api;
using Skerry.Gossip;
using Skerry.Manifest;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>What the API asks of the agent.</summary>
/// <param name="gossip">Membership.</param>
/// <param name="reloader">The configuration in effect.</param>
/// <param name="log">For those who watch it.</param>
/// <param name="gatewayState">The gateway's state; null: there is none.</param>
/// <param name="forwards">The proxy's forwards.</param>
/// <param name="tunnel">The tunnel; null: this node runs none.</param>
/// <param name="manifest">What the group agrees on; null: this node takes no part, or has not begun to.</param>
/// <param name="gateway">The gateway's objects in it; null with that.</param>
/// <param name="requestStop">Begins a graceful stop; takes the reason.</param>
internal sealed class AgentControl(
    GossipNode gossip, ConfigurationReloader reloader, LogBook log, Func<object?> gatewayState, IForwardControl forwards, Func<TunnelNode?> tunnel, Func<ManifestGroup?> manifest,
    Func<IGatewayControl?> gateway, Action<string> requestStop)
    : IAgentControl
{
    public ImmutableArray<ApiMember> Members => [.. gossip.Members.Values.Select(ToApi)];

    public ApiMember Self => ToApi(gossip.Members[gossip.Name]);

    public int HealthScore => gossip.HealthScore;

    public IReadOnlyDictionary<string, object?> Configuration =>
        ConfigurationFile.Schema.ToJson(reloader.Current.Model, SecretRendering.Hidden)!.AsObject().ToDictionary(pair => pair.Key, pair => (object?)pair.Value);

    public object? GatewayState => gatewayState();

    public IForwardControl Forwards => forwards;

    public IEventCarrier Events { get; } = new GossipEvents(gossip);

    public TunnelNode? Tunnel => tunnel();

    public ManifestNode? Manifest => manifest()?.Manifest;

    public IManifestGroup? Group => manifest()?.Members;

    public IGatewayControl? Gateway => gateway();

    public TimeSpan? EstimateRoundTrip(string fromNode, string toNode) =>
        gossip.CoordinateOf(fromNode) is { } from && gossip.CoordinateOf(toNode) is { } to ? from.RoundTripTo(to) : null;

    public ApiCoordinate? CoordinateOf(string node) =>
        gossip.CoordinateOf(node) is { } place ? new ApiCoordinate(place.Vector, place.Error, place.Adjustment, place.Height) : null;

    public async Task<int> JoinAsync(IReadOnlyList<string> addresses, CancellationToken cancellation)
    {
        try
        {
            return await gossip.JoinAsync(addresses, cancellation);
        }
        catch (GossipException refused)
        {
            throw new ApiException(500, refused.Message);
        }
    }

    public Task LeaveAsync(CancellationToken cancellation)
    {
        requestStop("Asked to leave");
        return Task.CompletedTask;
    }

    public Task<bool> ForceLeaveAsync(string member, bool prune, CancellationToken cancellation) => gossip.ForceLeaveAsync(member, prune, cancellation);

    public async Task ReloadAsync(CancellationToken cancellation)
    {
        try
        {
            await reloader.ReloadAsync("asked through the API", cancellation);
        }
        catch (Exception refused) when (refused is ConfigurationRefusedException or CommandFailedException)
        {
            throw new ApiException(500, refused.Message);
        }
    }

    public IAsyncEnumerable<string> MonitorAsync(string level, bool asJson, CancellationToken cancellation)
    {
        // Consul's short names are understood too.
        LogThreshold? threshold = level.ToLowerInvariant() switch
        {
            "trace" => LogThreshold.Trace,
            "debug" => LogThreshold.Debug,
            "info" or "information" => LogThreshold.Info,
            "warn" or "warning" => LogThreshold.Warning,
            "err" or "error" => LogThreshold.Error,
            _ => null,
        };
        if (threshold is not { } least) throw new ApiException(400, $"Unknown log level: {level}; allowed: trace, debug, info, warning, error");
        return Texts(log.WatchAsync(least, cancellation), asJson, cancellation);
    }

    private static async IAsyncEnumerable<string> Texts(IAsyncEnumerable<LogLine> lines, bool asJson, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var line in lines.WithCancellation(cancellation)) yield return asJson ? LogLineText.Json(line) : LogLineText.Human(line, colours: false);
    }

    private static ApiMember ToApi(Member member) => new(member.Name, member.Address, (int)member.Status, member.Tags, member.Versions);
}
