using System.Collections.Immutable;
using System.Text.Json;

using Skerry.Api;
using Skerry.Proxy;

namespace Skerry.Agent.Adapters;

/// <summary>What the API asks of the proxy.</summary>
/// <param name="proxy">The proxy.</param>
internal sealed class AgentForwards(ProxyServer proxy) : IForwardControl
{
    public ImmutableArray<ApiForward> All => [.. proxy.Forwards.Select(ToApi)];

    public async Task<ApiForward> OpenAsync(ApiForwardRequest request, CancellationToken cancellation)
    {
        var options = new ForwardOptions
        {
            Service = request.Service,
            Group = request.Group,
            Listen = request.Listen,
            Network = Parse(request.Network, ServiceNetwork.Tcp, "network"),
            Policy = Parse(request.Policy, BalancingPolicy.Nearest, "policy"),
        };
        try
        {
            return ToApi(await proxy.OpenForwardAsync(options, cancellation));
        }
        catch (ProxyException refused)
        {
            throw new ApiException(refused.Reason == ProxyFailure.Refused ? 400 : 500, refused.Message);
        }
    }

    public Task<bool> CloseAsync(string id) => proxy.CloseForwardAsync(id);

    private static T Parse<T>(string text, T fallback, string field)
        where T : struct, Enum
    {
        if (text.Length == 0) return fallback;
        foreach (var value in Enum.GetValues<T>())
        {
            if (NameOf(value) == text) return value;
        }

        throw new ApiException(400, $"Unknown {field}: {text}; allowed: {string.Join(", ", Enum.GetValues<T>().Select(NameOf))}");
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static ApiForward ToApi(ForwardState state) => new(
        state.Id, state.Options.Service, state.Options.Group, NameOf(state.Options.Network), NameOf(state.Options.Policy), state.Address, state.IsConfigured,
        state.Open, state.Opened, state.Failed, state.Instances);
}
