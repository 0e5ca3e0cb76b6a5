using System.Collections.Immutable;
using System.Net;

using Skerry.Manifest;
using Skerry.Tunnel;

namespace Skerry.Api.Tests;

/// <summary>An agent of one node that notes what it is asked to do.</summary>
internal sealed class FakeAgent : IAgentControl
{
    public List<string> Asked { get; } = [];

    public Dictionary<string, double> Distances { get; } = [];

    public ImmutableArray<ApiMember> Members => [Self];

    public ApiMember Self { get; } = new("here", new IPEndPoint(IPAddress.Loopback, 7946), 1, ImmutableSortedDictionary<string, string>.Empty, [1, 5, 2, 2, 5, 5]);

    public int HealthScore => 0;

    public IReadOnlyDictionary<string, object?> Configuration => new Dictionary<string, object?> { ["node"] = "here" };

    public object? GatewayState => null;

    public FakeForwards Forwards { get; } = new();

    IForwardControl IAgentControl.Forwards => Forwards;

    public FakeEvents Events { get; } = new();

    IEventCarrier IAgentControl.Events => Events;

    public TunnelNode? Tunnel => null;

    public ManifestNode? Manifest { get; set; }

    public IManifestGroup? Group { get; set; }

    public FakeGateway? Gateway { get; set; }

    IGatewayControl? IAgentControl.Gateway => Gateway;

    public TimeSpan? EstimateRoundTrip(string fromNode, string toNode) => Distances.TryGetValue(toNode, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    public ApiCoordinate? CoordinateOf(string node) => node == "here" ? new ApiCoordinate([0, 0, 0, 0, 0, 0, 0, 0], 1.5, 0, 1e-5) : null;

    public Task<int> JoinAsync(IReadOnlyList<string> addresses, CancellationToken cancellation)
    {
        Asked.Add("join " + addresses[0]);
        return Task.FromResult(1);
    }

    public Task LeaveAsync(CancellationToken cancellation)
    {
        Asked.Add("leave");
        return Task.CompletedTask;
    }

    public Task<bool> ForceLeaveAsync(string member, bool prune, CancellationToken cancellation)
    {
        Asked.Add($"force-leave {member} {prune}");
        return Task.FromResult(member == "known");
    }

    public Task ReloadAsync(CancellationToken cancellation) => throw new ApiException(500, "skerry.yaml:3:1: nope");

    public async IAsyncEnumerable<string> MonitorAsync(string level, bool asJson, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield();
        yield return "a line";
    }
}
