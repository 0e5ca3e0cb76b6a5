using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p;
using Skerry.Tunnel.Core.Relays;

namespace Skerry.Tunnel.Driver;

/// <summary>This node as a relay for others: whether it is one, how much it has to carry, and whom it names when that is all it can.</summary>
/// <param name="options">What it may carry.</param>
/// <param name="host">Carries it.</param>
/// <param name="directory">Knows other relays.</param>
/// <param name="time">For the pause between two looks.</param>
/// <param name="logger">Tells of changes.</param>
internal sealed class RelayRole(TunnelOptions options, Libp2pHost host, ITunnelDirectory directory, TimeProvider time, ILogger logger)
{
    /// <summary>Other relays that are named at once.</summary>
    private const int MaxNamed = 3;

    private readonly Lock _gate = new();
    private readonly LoadStep _load = new();
    private RelayDuty _duty = options.Relay;
    private bool _isNamed = options.RelayNodes.Any(relay => relay.Node == options.Node);
    private ImmutableArray<Multiaddr> _advertised = [.. options.Advertise];
    private ImmutableArray<Multiaddr> _added = [];
    private bool _isRelay;

    /// <summary>Told when this node has become a relay or ceased to be one.</summary>
    public required Action Changed { get; init; }

    /// <summary>Told when <see cref="Load"/> is another one.</summary>
    public required Action LoadChanged { get; init; }

    public bool IsRelay => _isRelay;

    /// <summary>How much of what it may carry is in use, percent in coarse steps.</summary>
    public int Load
    {
        get { lock (_gate) return _load.Percent; }
    }

    /// <summary>Whether nodes anywhere have been shown to reach this one: an address of the internet was dialled back.</summary>
    public bool IsReached => host.AddressReachability.Any(address => address is { IsGlobal: true, Reachability: Reachability.Public });

    /// <summary>Where operators say that it is reached. Under the lock.</summary>
    private ImmutableArray<Multiaddr> Said => [.. _advertised.Union(_added)];

    /// <summary>Whether others found it to be reached there. Under the lock.</summary>
    private Reachability Claim => RelayClaim.Judge(Said, host.AddressReachability);

    /// <summary>Begins or ceases to carry traffic for others; what <see cref="Begin"/> was told holds no longer.</summary>
    public void SetDuty(RelayDuty duty)
    {
        lock (_gate) (_duty, _added) = (duty, []);
        ApplyAddresses();
    }

    /// <summary>It is among the relays that operators name, or no more.</summary>
    public void SetNamed(bool isNamed)
    {
        lock (_gate) _isNamed = isNamed;
        Apply();
    }

    /// <summary>Begins to carry traffic for others as long as they are not shown to reach it no more, at these addresses besides.</summary>
    public void Begin(ImmutableArray<Multiaddr> addresses)
    {
        lock (_gate) (_duty, _isNamed, _added) = (_duty == RelayDuty.Always ? RelayDuty.Always : RelayDuty.Auto, true, [.. _added.Union(addresses)]);
        ApplyAddresses();
    }

    /// <summary>Others reach this node there, beside where it listens.</summary>
    public void SetAdvertised(ImmutableArray<Multiaddr> addresses)
    {
        lock (_gate) _advertised = addresses;
        ApplyAddresses();
    }

    /// <summary>What this node is depends on what it should be, and on what others reach.</summary>
    public void Apply()
    {
        var isMissed = false;
        lock (_gate)
        {
            var isRelay = _duty == RelayDuty.Always || (_duty == RelayDuty.Auto && (_isNamed ? Claim != Reachability.Private : Claim == Reachability.Public || IsReached));
            if (isRelay == _isRelay) return;
            _isRelay = isRelay;
            isMissed = _duty == RelayDuty.Auto && _isNamed && !isRelay;
            host.SetRelay(isRelay ? options.RelayLimits with { Others = OthersFor } : null);
        }

        if (_isRelay) TunnelLog.RelayBegun(logger);
        else if (isMissed) TunnelLog.RelayNotReached(logger);
        else TunnelLog.RelayEnded(logger);
        Changed();
    }

    /// <summary>Looks every now and then at the load, and at what others reach; runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            bool isNews;
            int load;
            lock (_gate) (isNews, load) = (_load.Update(host.RelayLoad ?? 0), _load.Percent);
            if (isNews)
            {
                if (load == 100) TunnelLog.RelayFull(logger);
                LoadChanged();
            }

            // One address may be reached no more while the node as a whole is.
            Apply();
            await Task.Delay(options.HeartbeatPeriod, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void ApplyAddresses()
    {
        lock (_gate) host.SetAnnounced(Said);
        Apply();
    }

    /// <summary>Relays with room, those with most first; of equal ones not always the same, or all who are refused here would be sent to one.</summary>
    private IReadOnlyList<PeerAddresses> OthersFor(PeerId asker)
    {
        var relays = directory.Relays.Where(relay => relay.Node != options.Node && relay.Load < 100).ToArray();
        Random.Shared.Shuffle(relays);
        return
        [
            .. relays.OrderBy(relay => relay.Load)
                .SelectMany(relay => relay.Addresses.Where(address => !address.IsCircuit && address.PeerId is not null).GroupBy(address => address.PeerId!.Value))
                .Where(relay => relay.Key != asker && relay.Key != host.PeerId)
                .Take(MaxNamed)
                .Select(relay => new PeerAddresses(relay.Key, [.. relay.Select(address => address.WithoutPeer())])),
        ];
    }
}
