using System.Collections.Immutable;

namespace Skerry.Api.Tests;

/// <summary>Forwards that lead nowhere.</summary>
internal sealed class FakeForwards : IForwardControl
{
    private readonly Lock _gate = new();
    private ImmutableArray<ApiForward> _all = [];

    public ImmutableArray<ApiForward> All
    {
        get { lock (_gate) return _all; }
    }

    public Task<ApiForward> OpenAsync(ApiForwardRequest request, CancellationToken cancellation)
    {
        if (request.Network == "carrier-pigeon") throw new ApiException(400, "Unknown network: carrier-pigeon; allowed: tcp, udp");
        var forward = new ApiForward($"{All.Length + 1}", request.Service, request.Group, request.Network, "nearest", request.Listen, IsConfigured: false, Open: 0, Opened: 0, Failed: 0, Instances: 1);
        lock (_gate) _all = _all.Add(forward);
        return Task.FromResult(forward);
    }

    public Task<bool> CloseAsync(string id)
    {
        lock (_gate)
        {
            var before = _all.Length;
            _all = _all.RemoveAll(forward => forward.Id == id);
            return Task.FromResult(_all.Length < before);
        }
    }
}
