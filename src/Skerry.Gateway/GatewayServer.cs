using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using Skerry.Catalog;
using Skerry.Gateway.Model;
using Skerry.Gateway.Plugins;
using Skerry.Gateway.Plugins.Upstream;
using Skerry.Gateway.Tls;
using Skerry.Gateway.Transport;

using Yarp.ReverseProxy.Forwarder;

namespace Skerry.Gateway;

/// <summary>The gateway of one agent: HTTP listeners, pipelines of plugins, upstreams from the catalog.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly ServiceCatalog _catalog;
    private readonly IFarInstances? _far;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly CancellationTokenSource _cutting = new();
    private readonly List<Task> _retiring = [];
    private Running? _running;
    private GatewayModel _model = GatewayModel.Empty;
    private ImmutableArray<Listener> _listeners = [];

    /// <summary>A gateway that listens from <see cref="StartAsync"/> on.</summary>
    /// <param name="catalog">Instances of services.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="loggers">For the log.</param>
    /// <param name="meters">For counters.</param>
    /// <param name="far">Instances of other groups; null: they are not reached.</param>
    public GatewayServer(ServiceCatalog catalog, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters, IFarInstances? far = null)
    {
        _catalog = catalog;
        _far = far;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Skerry.Gateway");
        GatewayMetrics.Register(meters, () => Volatile.Read(ref _model).Pipelines);
    }

    /// <summary>The bound address of each listener, by name.</summary>
    public ImmutableSortedDictionary<string, IPEndPoint> Listeners => _listeners.ToImmutableSortedDictionary(listener => listener.Options.Name, listener => listener.Address, StringComparer.Ordinal);

    /// <summary>Pipelines with their counters and upstreams, JSON-ready, for the API.</summary>
    public object State => GatewayState.Of(_listeners, Volatile.Read(ref _model).Pipelines);

    /// <summary>Checks options whole, without starting anything; empty when they can run.</summary>
    public static ImmutableArray<GatewayError> Validate(GatewayOptions options) => GatewayValidation.Check(options);

    /// <summary>Starts with these options.</summary>
    /// <exception cref="GatewayException">A listener cannot be bound, a certificate not be read, or an option cannot run.</exception>
    public Task StartAsync(GatewayOptions options, CancellationToken cancellation) => ApplyAsync(options, cancellation);

    /// <summary>Swaps to new options in one step; requests in flight finish on what they started with. On an exception the old ones go on.</summary>
    /// <exception cref="GatewayException">A listener cannot be bound, a certificate not be read, or an option cannot run.</exception>
    public Task ApplyAsync(GatewayOptions options, CancellationToken cancellation) => ApplyAsync(options, faults: null, cancellation);

    /// <summary>
    /// The same as far as this node can: a listener that cannot be bound is left out, one whose certificate cannot be read keeps the one it has. Called again, it tries again.
    /// </summary>
    /// <returns>What could not be put into effect; empty: everything was.</returns>
    /// <exception cref="GatewayException">An option cannot run anywhere, or the gateway not on this system; the old ones go on.</exception>
    public async Task<ImmutableArray<GatewayFault>> ApplyWhatRunsAsync(GatewayOptions options, CancellationToken cancellation)
    {
        var faults = ImmutableArray.CreateBuilder<GatewayFault>();
        await ApplyAsync(options, faults, cancellation);
        return faults.DrainToImmutable();
    }

    /// <summary>Stops accepting, lets requests in flight finish until the token is cancelled, then cuts them.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await using var cut = cancellation.UnsafeRegister(static cutting => ((CancellationTokenSource)cutting!).Cancel(), _cutting);
        await _changing.WaitAsync(CancellationToken.None);
        try
        {
            foreach (var listener in _listeners) _retiring.Add(RetireAsync(listener, last: null));
            _listeners = [];
            await Task.WhenAll(_retiring);
            _retiring.Clear();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        Interlocked.Exchange(ref _model, GatewayModel.Empty).Release();
        if (_running is not null) await _running.DisposeAsync();
        _cutting.Dispose();
        _changing.Dispose();
    }

    private async Task ApplyAsync(GatewayOptions options, ImmutableArray<GatewayFault>.Builder? faults, CancellationToken cancellation)
    {
        var errors = Validate(options);
        if (errors.Length > 0) throw new GatewayException(string.Join('\n', errors.Select(error => $"gateway.{error.Path}: {error.Message}")));
        options = options.Resolve();
        await _changing.WaitAsync(cancellation);
        try
        {
            // A gateway without listeners has no threads and no timers.
            if (options.Listeners.IsEmpty && _running is null) return;
            if (!OperatingSystem.IsLinux()) throw new GatewayException("The gateway runs on Linux only, since its connections stand on epoll. Leave gateway.listeners empty here.");
            _running ??= Running.Create(_catalog, _far, _time, _loggers, _logger);
            // All that can be refused comes first: until then nothing has changed.
            var kept = _listeners.Where(listener => options.Listeners.Any(listener.Serves)).ToImmutableArray();
            var certificates = kept.ToDictionary(listener => listener, listener => ReadCertificate(options.Listeners.First(listener.Serves), faults));
            var model = GatewayModel.Build(options, _running.Environment, _model);
            var opened = await OpenAsync([.. options.Listeners.Where(wanted => !kept.Any(listener => listener.Serves(wanted)))], model, faults, cancellation);
            Swap(options, model, kept, certificates, opened);
        }
        finally
        {
            _changing.Release();
        }
    }

    private static SslStreamCertificateContext? ReadCertificate(ListenerOptions options, ImmutableArray<GatewayFault>.Builder? faults)
    {
        try
        {
            return options.Tls is { } tls ? CertificateFiles.Read(options.Name, tls) : null;
        }
        catch (GatewayException refused) when (faults is not null)
        {
            faults.Add(new GatewayFault(options.Name, refused.Message));
            return null;
        }
    }

    private async Task<List<Listener>> OpenAsync(
        ImmutableArray<ListenerOptions> wanted, GatewayModel next, ImmutableArray<GatewayFault>.Builder? faults, CancellationToken cancellation)
    {
        var parts = new ListenerParts(_running!.Loops, _time, _logger, _loggers);
        var before = _model;
        var opened = new List<Listener>();
        try
        {
            foreach (var options in wanted)
            {
                var replaced = _listeners.FirstOrDefault(listener => listener.Options.Address.Equals(options.Address) && options.Address.Port != 0);
                try
                {
                    opened.Add(await Listener.StartAsync(options, replaced?.Socket, Model, parts, cancellation));
                }
                catch (GatewayException refused) when (faults is not null)
                {
                    faults.Add(new GatewayFault(options.Name, refused.Message));
                }
            }

            return opened;
        }
        catch
        {
            foreach (var listener in opened) await listener.DisposeAsync();
            next.Release();
            throw;
        }

        // One that shares its socket with another takes connections from now on: it is not in the model that is about to go.
        GatewayModel Model() => Volatile.Read(ref _model) is var now && ReferenceEquals(now, before) ? next : now;
    }

    private void Swap(GatewayOptions options, GatewayModel model, ImmutableArray<Listener> kept, Dictionary<Listener, SslStreamCertificateContext?> certificates, List<Listener> opened)
    {
        var retired = _listeners.Except(kept).Select(listener => (Listener: listener, Last: _model.Share())).ToArray();
        foreach (var (listener, last) in retired) listener.GoBy(last);
        foreach (var listener in kept) listener.Refresh(options.Listeners.First(listener.Serves), certificates[listener]);
        var before = Interlocked.Exchange(ref _model, model);
        before.Release();
        _listeners = [.. kept, .. opened];
        _retiring.RemoveAll(task => task.IsCompleted);
        foreach (var (listener, last) in retired) _retiring.Add(RetireAsync(listener, last));
        GatewayLog.Swapped(_logger, model.Pipelines.Length);
    }

    private async Task RetireAsync(Listener listener, GatewayModel? last)
    {
        try
        {
            await listener.RetireAsync(_cutting.Token);
        }
        catch (Exception failed)
        {
            GatewayLog.RetireFailed(_logger, listener.Options.Name, failed);
        }
        finally
        {
            last?.Release();
        }
    }

    /// <summary>What exists only while there is something to listen to.</summary>
    private sealed record Running(EventLoops Loops, PluginEnvironment Environment, TargetRegistry Targets, ServiceProvider Forwarding) : IAsyncDisposable
    {
        public static Running Create(ServiceCatalog catalog, IFarInstances? far, TimeProvider time, ILoggerFactory loggers, ILogger logger)
        {
            var loops = new EventLoops(System.Environment.ProcessorCount, logger);
            var targets = new TargetRegistry(loops, time, logger);
            var forwarding = new ServiceCollection().AddSingleton(loggers).AddLogging().AddMetrics().AddSingleton(time).AddHttpForwarder().BuildServiceProvider();
            var environment = new PluginEnvironment(catalog, far, time, logger, loops, targets, forwarding.GetRequiredService<IHttpForwarder>());
            return new Running(loops, environment, targets, forwarding);
        }

        public async ValueTask DisposeAsync()
        {
            Targets.Dispose();
            await Forwarding.DisposeAsync();
            Loops.Dispose();
        }
    }
}
