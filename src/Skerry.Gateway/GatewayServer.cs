using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Catalog;
using Skerry.Gateway.Model;
using Skerry.Gateway.Plugins;
using Skerry.Gateway.Plugins.Upstream;

using Yarp.ReverseProxy.Forwarder;

namespace Skerry.Gateway;

/// <summary>The gateway of one agent: HTTP listeners, pipelines of plugins, upstreams from the catalog.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TargetRegistry _targets;
    private readonly ServiceProvider _forwarding;
    private readonly PluginEnvironment _environment;
    private readonly ConcurrentDictionary<string, PipelineCounters> _counters = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Listener> _listeners = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changing = new(1, 1);
    private GatewayModel _model = GatewayModel.Empty;

    /// <summary>A gateway that listens from <see cref="StartAsync"/> on.</summary>
    public GatewayServer(ServiceCatalog catalog, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        _loggers = loggers;
        _logger = loggers.CreateLogger("Skerry.Gateway");
        _targets = new TargetRegistry(time, _logger);
        _forwarding = new ServiceCollection().AddSingleton(loggers).AddLogging().AddMetrics().AddSingleton(time).AddHttpForwarder().BuildServiceProvider();
        _environment = new PluginEnvironment(catalog, time, _logger, _targets, _forwarding.GetRequiredService<IHttpForwarder>());
        GatewayMetrics.Register(meters, () => _counters);
    }

    /// <summary>The bound address of each listener, by name.</summary>
    public ImmutableSortedDictionary<string, IPEndPoint> Listeners
    {
        get { lock (_listeners) return _listeners.ToImmutableSortedDictionary(entry => entry.Key, entry => entry.Value.Address, StringComparer.Ordinal); }
    }

    /// <summary>Pipelines with their counters and upstreams, JSON-ready, for the API.</summary>
    public object State => new
    {
        listeners = Listeners.Select(entry => new { name = entry.Key, address = entry.Value.ToString() }).ToArray(),
        pipelines = Volatile.Read(ref _model).Pipelines.Select(StateOf).ToArray(),
    };

    /// <summary>Checks options whole, without starting anything; empty when they can run.</summary>
    public static ImmutableArray<GatewayError> Validate(GatewayOptions options)
    {
        using var targets = new TargetRegistry(TimeProvider.System, NullLogger.Instance);
        return GatewayValidation.Check(options, new PluginEnvironment(null, TimeProvider.System, NullLogger.Instance, targets, null));
    }

    /// <summary>Starts with these options. Throws <see cref="GatewayException"/> when a listener cannot be bound or an option cannot run.</summary>
    public Task StartAsync(GatewayOptions options, CancellationToken cancellation) => ApplyAsync(options, cancellation);

    /// <summary>Swaps to new options in one step; requests in flight finish on what they started with. On an exception the old ones go on.</summary>
    public async Task ApplyAsync(GatewayOptions options, CancellationToken cancellation)
    {
        var errors = Validate(options);
        if (errors.Length > 0) throw new GatewayException(string.Join('\n', errors.Select(error => $"gateway.{error.Path}: {error.Message}")));
        await _changing.WaitAsync(cancellation);
        try
        {
            // New listeners come first: if one cannot be bound, nothing has changed.
            var opened = await OpenAsync(options, cancellation);
            var model = GatewayModel.Build(options, _environment, CountersOf);
            var before = Interlocked.Exchange(ref _model, model);
            before.Release();
            foreach (var name in _counters.Keys.Except(options.Pipelines.Select(pipeline => pipeline.Name))) _counters.TryRemove(name, out _);
            var closed = Take(options, opened);
            foreach (var listener in closed)
            {
                await listener.StopAsync(cancellation);
                await listener.DisposeAsync();
            }

            GatewayLog.Swapped(_logger, model.Pipelines.Length);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Stops accepting, lets requests in flight finish until the token is cancelled, then cuts them.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        Listener[] listeners;
        lock (_listeners) listeners = [.. _listeners.Values];
        await Task.WhenAll(listeners.Select(listener => listener.StopAsync(cancellation)));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Listener[] listeners;
        lock (_listeners)
        {
            listeners = [.. _listeners.Values];
            _listeners.Clear();
        }

        foreach (var listener in listeners) await listener.DisposeAsync();
        Interlocked.Exchange(ref _model, GatewayModel.Empty).Release();
        _targets.Dispose();
        await _forwarding.DisposeAsync();
        _changing.Dispose();
    }

    private async Task<List<Listener>> OpenAsync(GatewayOptions options, CancellationToken cancellation)
    {
        var opened = new List<Listener>();
        try
        {
            foreach (var listener in options.Listeners)
            {
                if (Find(listener.Name) is { } running && SameSocket(running.Options, listener)) continue;
                var application = new GatewayApplication(listener.Name, listener.Tls is null ? "http" : "https", () => Volatile.Read(ref _model), _logger);
                opened.Add(await Listener.StartAsync(listener, application, _loggers, _logger, cancellation));
            }

            return opened;
        }
        catch (GatewayException)
        {
            foreach (var listener in opened) await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts new listeners in place; those no longer wanted come back, to be closed.</summary>
    private List<Listener> Take(GatewayOptions options, List<Listener> opened)
    {
        var closed = new List<Listener>();
        lock (_listeners)
        {
            foreach (var name in _listeners.Keys.Where(name => options.Listeners.All(listener => listener.Name != name)).ToArray())
            {
                closed.Add(_listeners[name]);
                _listeners.Remove(name);
            }

            foreach (var listener in opened)
            {
                if (_listeners.Remove(listener.Options.Name, out var replaced)) closed.Add(replaced);
                _listeners[listener.Options.Name] = listener;
            }

            foreach (var listener in options.Listeners) _listeners[listener.Name].Refresh(listener);
        }

        return closed;
    }

    private Listener? Find(string name)
    {
        lock (_listeners) return _listeners.GetValueOrDefault(name);
    }

    private static bool SameSocket(ListenerOptions left, ListenerOptions right) => left.Address.Equals(right.Address) && left.Tls is null == right.Tls is null;

    private PipelineCounters CountersOf(string pipeline, ImmutableArray<string> plugins) => _counters.AddOrUpdate(
        pipeline, _ => new PipelineCounters(plugins), (_, counters) => counters.PluginNames.SequenceEqual(plugins) ? counters : new PipelineCounters(plugins));

    private static object StateOf(PipelineModel pipeline) => new
    {
        name = pipeline.Name,
        requests = pipeline.Counters.Requests,
        inFlight = pipeline.Counters.InFlight,
        errors = pipeline.Counters.Errors,
        clientErrors = pipeline.Counters.ClientErrors,
        plugins = pipeline.Plugins.Select((plugin, index) => new { name = pipeline.PluginNames[index], answered = pipeline.Counters.AnsweredBy(index), state = plugin.State }).ToArray(),
    };
}
