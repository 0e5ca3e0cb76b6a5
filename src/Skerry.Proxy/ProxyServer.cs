using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Catalog;
using Skerry.Proxy.Datagrams;
using Skerry.Proxy.Flows;
using Skerry.Proxy.Forwarding;
using Skerry.Proxy.Instances;
using Skerry.Proxy.Parts;
using Skerry.Proxy.Socks;

namespace Skerry.Proxy;

/// <summary>
/// Services by name on this node, whichever node runs them: forwards, names, addresses; and the door for other nodes' calls. Methods may be called from any thread.
/// </summary>
public sealed class ProxyServer : IAsyncDisposable
{
    private readonly InstanceLoads _loads;
    private readonly ExpectedTraces _traces;
    private readonly FlowTable _tcpFlows;
    private readonly FlowTable _udpFlows;
    private readonly SemaphoreSlim _changing = new(1);
    private readonly ForwardPart _forwards;
    private readonly VirtualPart _virtual;
    private readonly DnsPart _dns;
    private readonly SocksPart _socks;
    private readonly ImmutableArray<ProxyPart> _parts;
    private volatile ProxyOptions _options = new();
    private bool _disposed;

    /// <summary>A proxy that listens from <see cref="StartAsync"/> on.</summary>
    /// <param name="identity">This node.</param>
    /// <param name="catalog">Knows the instances.</param>
    /// <param name="far">Reaches those of other sites; null: they are not reached.</param>
    /// <param name="distances">Knows how far nodes are; null: all are as far.</param>
    /// <param name="time">For deadlines and idle times.</param>
    /// <param name="loggers">For the log.</param>
    /// <param name="meters">For counters.</param>
    public ProxyServer(
        ProxyIdentity identity, ServiceCatalog catalog, IFarDialer? far, INodeDistances? distances, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
        : this(identity, catalog, () => catalog.Current, far, distances, time, loggers, meters)
    {
    }

    /// <summary>The same with snapshots of the caller's making.</summary>
    internal ProxyServer(
        ProxyIdentity identity, ServiceCatalog catalog, Func<CatalogSnapshot> snapshot, IFarDialer? far, INodeDistances? distances,
        TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        var logger = loggers.CreateLogger("Skerry.Proxy");
        var metrics = new ProxyMetrics(meters);
        var terms = new ConnectionTerms(() => _options.MaxConnections, time, metrics, logger);
        _loads = new InstanceLoads(time);
        _tcpFlows = new FlowTable(time, () => _options.TcpIdleTimeout);
        _udpFlows = new FlowTable(time, () => _options.UdpIdleTimeout);
        var directory = new ServiceDirectory(snapshot, identity, distances, far is not null);
        var dialer = new InstanceDialer(directory, _loads, far, () => _options, time, metrics, logger);
        var carrier = new TcpCarrier(dialer, _tcpFlows, _traces = new ExpectedTraces(time), metrics, logger);
        var datagrams = new DatagramCarrier(dialer, _udpFlows, _loads, () => _options, time, metrics, logger);
        var kept = identity.DataDirectory is { } data ? Path.Combine(data, "virtual-addresses") : null;
        _forwards = new ForwardPart(
            (id, options, isConfigured) => options.Network == ServiceNetwork.Udp
                ? new UdpForward(id, options, isConfigured, datagrams)
                : new TcpForward(id, options, isConfigured, terms, carrier),
            options => directory.Find(ForwardTarget.QueryOf(options)).Sum(tier => tier.Length),
            terms);
        _virtual = new VirtualPart(identity, catalog, snapshot, kept, carrier, terms);
        _dns = new DnsPart(identity, snapshot, _virtual, terms);
        _socks = new SocksPart(identity, new SocksParts(snapshot, dialer, carrier, datagrams), terms);
        _parts = [_forwards, _dns, _socks, _virtual];
        Door = new ServiceDoor(identity, catalog, () => _options, time, metrics, logger);
    }

    /// <summary>Where other nodes' calls for services of this one come in.</summary>
    public ServiceDoor Door { get; }

    /// <summary>Every forward, configured ones first.</summary>
    public ImmutableArray<ForwardState> Forwards => _forwards.States;

    /// <summary>Where names are answered; null: nowhere.</summary>
    public IPEndPoint? DnsAddress => _dns.Address;

    /// <summary>Where SOCKS clients connect to; null: nowhere.</summary>
    public IPEndPoint? SocksAddress => _socks.Address;

    /// <summary>Connections and UDP clients open now, those of other nodes included.</summary>
    public int OpenFlows => _tcpFlows.Count + _udpFlows.Count + Door.OpenFlows;

    /// <summary>Connections that instances carry for this proxy.</summary>
    internal InstanceLoads Loads => _loads;

    /// <summary>Virtual addresses.</summary>
    internal VirtualPart Virtual => _virtual;

    /// <summary>Checks options whole, without starting anything; empty when they can run.</summary>
    public static ImmutableArray<ProxyError> Validate(ProxyOptions options) => ProxyValidation.Check(options);

    /// <summary>Starts with these options.</summary>
    /// <exception cref="ProxyException">An address cannot be bound, or an option cannot run; nothing listens then.</exception>
    public Task StartAsync(ProxyOptions options, CancellationToken cancellation) => ApplyAsync(options, cancellation);

    /// <summary>
    /// Swaps to new options in one step. A forward that stays where it listens keeps its connections; one that is no longer there closes with all it carries.
    /// On an exception the old options go on.
    /// </summary>
    /// <exception cref="ProxyException">An address cannot be bound, or an option cannot run.</exception>
    public async Task ApplyAsync(ProxyOptions options, CancellationToken cancellation)
    {
        var errors = Validate(options);
        if (errors.Length > 0) throw new ProxyException(ProxyFailure.Refused, string.Join('\n', errors.Select(error => $"proxy.{error.Path}: {error.Message}")));
        await _changing.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var changes = await PrepareAsync(options);
            _options = options;
            foreach (var change in changes) await change.CommitAsync();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Opens a forward beside the configured ones, until <see cref="CloseForwardAsync"/>.</summary>
    /// <exception cref="ProxyException">The address cannot be bound, or is not allowed.</exception>
    public async Task<ForwardState> OpenForwardAsync(ForwardOptions options, CancellationToken cancellation)
    {
        var errors = Validate(_options with { Forwards = [options] });
        if (errors.Length > 0) throw new ProxyException(ProxyFailure.Refused, string.Join('\n', errors.Select(error => error.Message)));
        await _changing.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _forwards.Open(options);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Tells that the connection which will come from an address of this machine belongs to a trace: its spans will be below that one.</summary>
    /// <param name="client">Where it will come from.</param>
    /// <param name="trace">The span it is opened for.</param>
    public void Expect(IPEndPoint client, ActivityContext trace) => _traces.Add(client, trace);

    /// <summary>Closes a forward that <see cref="OpenForwardAsync"/> opened, with all it carries; false when there is none with that id.</summary>
    public Task<bool> CloseForwardAsync(string id) => _forwards.CloseAsync(id);

    /// <summary>Closes every listener and cuts what it carries.</summary>
    public async ValueTask DisposeAsync()
    {
        await _changing.WaitAsync();
        try
        {
            if (_disposed) return;
            _disposed = true;
            foreach (var part in _parts) await part.DisposeAsync();
            await Door.DisposeAsync();
            _tcpFlows.Dispose();
            _udpFlows.Dispose();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>All that can be refused comes first: until then nothing has changed.</summary>
    private async Task<List<PreparedChange>> PrepareAsync(ProxyOptions options)
    {
        var changes = new List<PreparedChange>();
        try
        {
            foreach (var part in _parts) changes.Add(part.Prepare(options));
            return changes;
        }
        catch
        {
            foreach (var change in changes) await change.UndoAsync();
            throw;
        }
    }
}
