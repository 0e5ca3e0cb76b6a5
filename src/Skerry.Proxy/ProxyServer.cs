using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Globalization;

using Microsoft.Extensions.Logging;

using Skerry.Catalog;
using Skerry.Proxy.Flows;
using Skerry.Proxy.Forwarding;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy;

/// <summary>Services by name on this node, whichever node runs them: forwards, and the door for other nodes' calls. Methods may be called from any thread.</summary>
public sealed class ProxyServer : IAsyncDisposable
{
    private readonly ILogger _logger;
    private readonly InstanceLoads _loads;
    private readonly FlowTable _tcpFlows;
    private readonly TcpCarrier _carrier;
    private readonly ConnectionTerms _terms;
    private readonly SemaphoreSlim _changing = new(1);
    private readonly Dictionary<string, IForward> _requested = new(StringComparer.Ordinal);
    private volatile ProxyOptions _options = new();
    private ImmutableArray<IForward> _configured = [];
    private int _lastId;
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
        _logger = loggers.CreateLogger("Skerry.Proxy");
        var metrics = new ProxyMetrics(meters);
        _loads = new InstanceLoads(time);
        _tcpFlows = new FlowTable(time, () => _options.TcpIdleTimeout);
        var dialer = new InstanceDialer(new ServiceDirectory(snapshot, identity, distances, far is not null), _loads, far, () => _options, time, metrics, _logger);
        _carrier = new TcpCarrier(dialer, _tcpFlows, metrics, _logger);
        _terms = new ConnectionTerms(() => _options.MaxConnections, time, metrics, _logger);
        Door = new ServiceDoor(identity, catalog, () => _options, time, metrics, _logger);
    }

    /// <summary>Where other nodes' calls for services of this one come in.</summary>
    public ServiceDoor Door { get; }

    /// <summary>Every forward, configured ones first.</summary>
    public ImmutableArray<ForwardState> Forwards
    {
        get { lock (_requested) return [.. _configured.Concat(_requested.Values).Select(forward => forward.State)]; }
    }

    /// <summary>Connections and UDP clients open now, those of other nodes included.</summary>
    public int OpenFlows => _tcpFlows.Count + Door.OpenFlows;

    /// <summary>Connections that instances carry for this proxy.</summary>
    internal InstanceLoads Loads => _loads;

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
            var kept = options.Forwards.ToDictionary(wanted => wanted, wanted => _configured.FirstOrDefault(forward => IsAtSamePlace(forward.State.Options, wanted)));
            // All that can be refused comes first: until then nothing has changed.
            var opened = await OpenAsync([.. options.Forwards.Where(wanted => kept[wanted] is null)]);
            var closed = _configured.Where(forward => !kept.ContainsValue(forward)).ToArray();
            foreach (var (wanted, forward) in kept) forward?.Change(wanted);
            _options = options;
            lock (_requested) _configured = [.. options.Forwards.Select(wanted => kept[wanted] ?? opened[wanted])];
            foreach (var forward in opened.Values) Start(forward);
            foreach (var forward in closed) await CloseAsync(forward);
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
            var forward = Make(options, isConfigured: false);
            lock (_requested) _requested.Add(forward.State.Id, forward);
            Start(forward);
            return forward.State;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Closes a forward that <see cref="OpenForwardAsync"/> opened, with all it carries; false when there is none with that id.</summary>
    public async Task<bool> CloseForwardAsync(string id)
    {
        IForward? forward;
        lock (_requested)
        {
            if (!_requested.Remove(id, out forward)) return false;
        }

        await CloseAsync(forward);
        return true;
    }

    /// <summary>Closes every listener and cuts what it carries.</summary>
    public async ValueTask DisposeAsync()
    {
        await _changing.WaitAsync();
        try
        {
            if (_disposed) return;
            _disposed = true;
            IForward[] all;
            lock (_requested)
            {
                all = [.. _configured, .. _requested.Values];
                _configured = [];
                _requested.Clear();
            }

            foreach (var forward in all) await CloseAsync(forward);
            await Door.DisposeAsync();
            _tcpFlows.Dispose();
        }
        finally
        {
            _changing.Release();
        }
    }

    private static bool IsAtSamePlace(ForwardOptions one, ForwardOptions other) =>
        one.Network == other.Network && one.Listen.Equals(other.Listen) && (one.Listen.Port != 0 || one == other);

    private async Task<Dictionary<ForwardOptions, IForward>> OpenAsync(ImmutableArray<ForwardOptions> wanted)
    {
        var opened = new Dictionary<ForwardOptions, IForward>();
        try
        {
            foreach (var options in wanted) opened.Add(options, Make(options, isConfigured: true));
            return opened;
        }
        catch
        {
            foreach (var forward in opened.Values) await forward.DisposeAsync();
            throw;
        }
    }

    private TcpForward Make(ForwardOptions options, bool isConfigured)
    {
        var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        return new TcpForward(id, options, isConfigured, _terms, _carrier);
    }

    private void Start(IForward forward)
    {
        forward.Start();
        var state = forward.State;
        ProxyLog.ForwardOpened(_logger, state.Id, state.Options.Network, state.Address.ToString(), state.Options.Group.Length > 0 ? $"{state.Options.Service}@{state.Options.Group}" : state.Options.Service);
        if (!System.Net.IPAddress.IsLoopback(state.Address.Address)) ProxyLog.Open(_logger, "A forward", state.Address.ToString());
    }

    private async Task CloseAsync(IForward forward)
    {
        var id = forward.State.Id;
        await forward.DisposeAsync();
        ProxyLog.ForwardClosed(_logger, id);
    }
}
