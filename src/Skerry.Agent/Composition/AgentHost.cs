using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Agent.Adapters;
using Skerry.Agent.CommandLine;
using Skerry.Agent.Configuration;
using Skerry.Agent.Logging;
using Skerry.Api;
using Skerry.Api.Etcd;
using Skerry.Catalog;
using Skerry.Gateway;
using Skerry.Gossip;
using Skerry.Manifest;
using Skerry.Proxy;
using Skerry.Storage;
using Skerry.Tunnel;

namespace Skerry.Agent.Composition;

/// <summary>One agent: its parts, started from the protocols up to the doors, and stopped the other way round.</summary>
internal sealed class AgentHost : IAsyncDisposable
{
    private readonly ConfigurationReloader _reloader;
    private readonly string? _file;
    private readonly LoadedConfiguration _started;
    private readonly DataDirectory _data;
    private readonly LogBook _log;
    private readonly TimeProvider _time;
    private readonly LoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly AgentMeters _meters = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<string> _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _id;
    private readonly GossipNode _gossip;
    private readonly Joiner _joiner;
    private readonly TracingPart _tracing;
    private ServiceCatalog? _catalog;
    private GossipLiveness? _liveness;
    private ConfiguredServices? _services;
    private GatewayServer? _gateway;
    private GatewayFollower? _follower;
    private ManifestGateway? _objects;
    private readonly TunnelWideTransport _wide;
    private ProxyServer? _proxy;
    private ProxyFarInstances? _far;
    private TunnelNode? _tunnel;
    private readonly GossipGroupDirectory _servers;
    private ManifestGroup? _manifest;
    private EtcdServer? _etcd;
    private readonly AclService? _acl;
    private MeshSecrets _mesh;
    private ApiServer? _api;
    private TunnelGroupCalls? _calls;
    private Task _watching = Task.CompletedTask;
    private Task _keeping = Task.CompletedTask;

    public AgentHost(ConfigurationFile file, LoadedConfiguration configuration, DataDirectory data, LogBook log, TimeProvider time)
    {
        _started = configuration;
        _file = file.Path;
        _mesh = configuration.Mesh;
        _data = data;
        _log = log;
        _time = time;
        _loggers = new LoggerFactory([log], new LoggerFilterOptions { MinLevel = LogLevel.Trace });
        _logger = _loggers.CreateLogger("Skerry.Agent");
        _reloader = new ConfigurationReloader(file, configuration, _logger) { Apply = ApplyAsync, IsOverruled = key => _follower is { IsRuled: true } && key.StartsWith("gateway", StringComparison.Ordinal) };
        _id = NodeIdentity.Load(data.Path, aside => AgentLog.IdentitySetAside(_logger, aside));
        _gossip = GossipPart.Compose(configuration, _id, data, time, _loggers, _meters);
        _wide = new TunnelWideTransport(_gossip.Name, time);
        _joiner = new Joiner(_gossip, time, _logger);
        _servers = new GossipGroupDirectory(_gossip, configuration.Model.Node.Group) { TagChanged = () => _ = SetTagsAsync(_reloader.Current.Model, CancellationToken.None) };
        _acl = ApiPart.ComposeAcl(configuration.Model, data, time, _loggers, _meters);
        _tracing = new TracingPart(_gossip.Name, configuration.Model.Node.Group, _id, _logger);
    }

    /// <summary>Ends, with the reason, when the agent is to stop gracefully: asked through the API, or the group gave its name to another.</summary>
    public Task<string> StopRequested => _stopRequested.Task;

    /// <summary>Faults when a part ends that must not.</summary>
    public Task Watching => _watching;

    public ILogger Logger => _logger;

    public ConfigurationReloader Reloader => _reloader;

    /// <summary>Where the HTTP API listens; known once started.</summary>
    public IPEndPoint ApiAddress => _api!.LocalAddress;

    /// <summary>Starts every part.</summary>
    /// <exception cref="CommandFailedException">One could not start; those before it are stopped by <see cref="DisposeAsync"/>.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var model = _started.Model;
        AgentLog.Starting(_logger, ProgramVersion.Number, model.Node.EffectiveName, _id, model.Node.Group);
        if (_started.GossipKeys.IsEmpty) AgentLog.NoKey(_logger);
        if (_mesh.Credential is { } own && !(own.NotBefore <= _time.GetUtcNow() && _time.GetUtcNow() <= own.NotAfter)) AgentLog.CredentialNotValid(_logger, own.NotBefore, own.NotAfter);
        if (_data.Path is null) AgentLog.NothingKept(_logger);
        _tracing.Apply(model.Tracing);
        try
        {
            await _gossip.StartAsync(cancellation);
            await StartCatalogAsync(model, cancellation);
            var distances = new MeshDistances(_gossip, () => _tunnel);
            _proxy = ProxyPart.Compose(model, _data, _gossip, _catalog!, new TunnelFarDialer(() => _tunnel), distances, _time, _loggers, _meters);
            var control = new AgentControl(
                _gossip, _reloader, _log, GatewayState, new AgentForwards(_proxy), () => _tunnel, () => _manifest, () => _objects, reason => _stopRequested.TrySetResult(reason));
            _api = ApiPart.Compose(model, _id, _catalog!, control, _acl, _calls = new TunnelGroupCalls(_catalog!), _time, _loggers);
            await _api.StartAsync(cancellation);
            if (!IPAddress.IsLoopback(_api.LocalAddress.Address)) AgentLog.OpenApi(_logger, _api.LocalAddress.ToString());
            _gateway = new GatewayServer(_catalog!, _time, _loggers, _meters, _far = new ProxyFarInstances(_proxy, _catalog!, distances, _time, _logger));
            await StartGatewayAsync(_gateway, model, cancellation);
            await _proxy.StartAsync(model.Proxy, cancellation);
            await StartTunnelAsync(cancellation);
            await StartManifestAsync(model, cancellation);
        }
        catch (Exception refused) when (refused is GossipException or ApiException or GatewayException or ProxyException or TunnelException or CatalogException or StorageException)
        {
            throw new CommandFailedException(ExitCode.Failed, StartFailure.Describe(refused, model));
        }

        _joiner.Begin(model.Gossip);
        var listeners = _gateway.Listeners.Count == 0 ? "no gateway" : "gateway at " + string.Join(", ", _gateway.Listeners.Select(listener => $"{listener.Value} ({listener.Key})"));
        AgentLog.Ready(_logger, _api.LocalAddress.ToString(), _gossip.LocalAddress.ToString(), listeners);
    }

    /// <summary>Stops accepting, lets what is under way finish, says goodbye to the group. The parts are left for <see cref="DisposeAsync"/>.</summary>
    public async Task StopAsync(string reason)
    {
        AgentLog.Stopping(_logger, reason);
        await _joiner.DisposeAsync();
        if (_follower is not null) await _follower.StopAsync();
        using var drain = new CancellationTokenSource(_reloader.Current.Model.Shutdown.DrainTimeout, _time);
        // While requests are still taken: they go on to the next leader, and none waits for an election.
        if (_manifest is not null) await _manifest.HandOverAsync(drain.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_gateway?.StopAsync(drain.Token) ?? Task.CompletedTask, _api?.StopAsync(drain.Token) ?? Task.CompletedTask, _etcd?.StopAsync(drain.Token) ?? Task.CompletedTask)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _gossip.LeaveAsync(CancellationToken.None);
        AgentLog.Stopped(_logger);
    }

    public async ValueTask DisposeAsync()
    {
        await _joiner.DisposeAsync();
        await _stopping.CancelAsync();
        await Task.WhenAll(_watching, _keeping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _far?.Dispose();
        if (_proxy is not null) await _proxy.DisposeAsync();
        if (_etcd is not null) await _etcd.DisposeAsync();
        if (_follower is not null) await _follower.DisposeAsync();
        if (_acl is not null) await _acl.DisposeAsync();
        if (_manifest is not null) await _manifest.DisposeAsync();
        await _wide.DisposeAsync();
        if (_tunnel is not null) await _tunnel.DisposeAsync();
        if (_gateway is not null) await _gateway.DisposeAsync();
        if (_api is not null) await _api.DisposeAsync();
        if (_catalog is not null) await _catalog.DisposeAsync();
        await _gossip.DisposeAsync();
        // Last: the spans of what was cut off just now are sent, too.
        _tracing.Dispose();
        _meters.Dispose();
        _loggers.Dispose();
        _reloader.Dispose();
        _stopping.Dispose();
    }

    private bool HasManifest => _started.Model.Manifest.Role != ManifestRole.None && _data.Path is not null;

    private object? GatewayState() => _gateway is { Listeners.Count: > 0 } gateway ? gateway.State : null;

    private async Task StartCatalogAsync(AgentConfiguration model, CancellationToken cancellation)
    {
        _catalog = CatalogPart.Compose(model, _id, _data, _gossip, _wide, _time, _loggers, _meters);
        await _catalog.StartAsync(cancellation);
        _liveness = new GossipLiveness(_gossip, _catalog, model.Node.Group, _logger);
        _watching = WatchAsync(_stopping.Token);
        _services = new ConfiguredServices(_catalog, _gossip.Name, _data.File("configured-services"), _logger);
        await _services.ApplyAsync(model.Services, cancellation);
    }

    private async Task StartTunnelAsync(CancellationToken cancellation)
    {
        _tunnel = await TunnelPart.StartAsync(_started, _gossip, _catalog!, _time, _loggers, _meters);
        if (_tunnel is not { } tunnel) return;
        tunnel.Serve((asked, cancel) => _proxy!.Door.ServeAsync(new TunnelCall(asked), cancel));
        if (_started.Model.EdgeTunnel.EdgeMesh) tunnel.ServeEdgeMesh((asked, cancel) => _proxy!.Door.ServeAsync(new TunnelCall(asked, EdgeMeshTarget.Of(asked, _catalog!)), cancel));
        tunnel.Announced += _ => TellRoutes();
        _calls!.Start(tunnel);
        _catalog!.Changed += _ => tunnel.DirectoryChanged();
        _catalog.Changed += new SharedNames(_started.Model.Node.Group, _logger).Look;
        await _catalog.SetTunnelAsync(TunnelPart.FactsOf(tunnel.Routes, _started.Model.EdgeTunnel, HasManifest), cancellation);
        new LanJoiner(_gossip, tunnel, _started.Model.Node.Group, _logger).Start();
        _wide.Start(tunnel, _catalog, () => _reloader.Current.Model.EdgeTunnel.RelayNodes.Select(relay => relay.NodeName));
    }

    /// <summary>A node that takes part in what its group agrees on has its gateway from there; another from its file alone, and does not start where it cannot follow that.</summary>
    private async Task StartGatewayAsync(GatewayServer gateway, AgentConfiguration model, CancellationToken cancellation)
    {
        _follower = ManifestPart.Follower(model, _data, gateway, _catalog!, _gossip.Name, _time, _loggers);
        if (_follower is null) await gateway.StartAsync(model.Gateway, cancellation);
        else await _follower.StartAsync(FileGateway.Of(_file, _started), cancellation);
    }

    private Task ApplyGatewayAsync(LoadedConfiguration configuration, CancellationToken cancellation) => _follower is { } follower
        ? follower.TakeFileAsync(FileGateway.Of(_file, configuration), cancellation) : _gateway!.ApplyAsync(configuration.Model.Gateway, cancellation);

    private async Task StartManifestAsync(AgentConfiguration model, CancellationToken cancellation)
    {
        _manifest = await ManifestPart.StartAsync(model, _data, _gossip, _servers, _tunnel, _time, _loggers, _meters);
        if (_manifest is null) return;
        var store = new ObjectStore(_manifest.Manifest, "gateway");
        _objects = new ManifestGateway(store, _manifest.Members, _catalog!, _gossip.Name, _time);
        _follower!.Follow(_manifest.Manifest, store);
        _keeping = new SessionKeeper(_manifest.Manifest, _catalog!, _time, _logger).RunAsync(_stopping.Token);
        _watching = Task.WhenAny(_watching, _keeping).Unwrap();
        _acl?.Start(_manifest.Manifest);
        if (!ManifestPart.AnswersEtcd(model))
        {
            AgentLog.EtcdClosed(_logger);
            return;
        }

        if (_acl is not null) AgentLog.EtcdWithoutTokens(_logger, model.Manifest.Etcd.ToString());
        _etcd = new EtcdServer(new EtcdOptions { Address = model.Manifest.Etcd }, _manifest.Manifest, _manifest.Members, _loggers);
        await _etcd.StartAsync(cancellation);
    }

    /// <summary>Tells the mesh how this node is reached now.</summary>
    private void TellRoutes()
    {
        if (_tunnel is { } tunnel) _ = _catalog!.SetTunnelAsync(TunnelPart.FactsOf(tunnel.Routes, _started.Model.EdgeTunnel, HasManifest), CancellationToken.None);
    }

    /// <summary>Runs what must run as long as the agent does.</summary>
    private async Task WatchAsync(CancellationToken cancellation)
    {
        var ended = await Task.WhenAny(_liveness!.RunAsync(cancellation), _gossip.Evicted.WaitAsync(cancellation));
        if (cancellation.IsCancellationRequested) return;
        if (ended is Task<string> evicted) throw new InvalidOperationException(await evicted);
        await ended;
        throw new InvalidOperationException("membership told no more news");
    }

    /// <summary>
    /// Puts the reloadable keys of a checked configuration into effect, all or none. The gateway comes first: a port that somebody else holds is the likeliest
    /// refusal. When a later part refuses, those before it are given back what they had.
    /// </summary>
    private async Task ApplyAsync(LoadedConfiguration fresh, CancellationToken cancellation)
    {
        var (model, before) = (fresh.Model, _reloader.Current.Model);
        var changes = ConfigurationChange.Between(before, model);
        var undo = new Stack<Func<Task>>();
        try
        {
            _services!.Validate(model.Services);
            await ApplyGatewayAsync(fresh, cancellation);
            undo.Push(() => ApplyGatewayAsync(_reloader.Current, CancellationToken.None));
            await _proxy!.ApplyAsync(model.Proxy, cancellation);
            undo.Push(() => _proxy.ApplyAsync(before.Proxy, CancellationToken.None));
            await SetTagsAsync(model, cancellation);
            undo.Push(() => SetTagsAsync(before, CancellationToken.None));
            // What is registered again begins anew: not for a change of something else.
            if (IsChanged("services")) await _services.ApplyAsync(model.Services, cancellation);
        }
        catch (Exception refused) when (refused is GatewayException or ProxyException or GossipException or CatalogException or StorageException)
        {
            while (undo.TryPop(out var step)) await step();
            throw new CommandFailedException(ExitCode.Failed, StartFailure.Describe(refused, model));
        }

        if (!model.Gossip.Join.SequenceEqual(before.Gossip.Join)) _joiner.Begin(model.Gossip);
        _log.Change(model.Log.Level, model.Log.Format);
        // What `skerry relay` has added and removed since is not to go for a change of something else.
        if (IsChanged("edgeTunnel.relayNodes") || IsChanged("edgeTunnel.relay")) ApplyRelays(model.EdgeTunnel);
        if (IsChanged("edgeTunnel.relayNodes") || IsChanged("edgeTunnel.advertiseAddress")) _tunnel?.SetAdvertise(TunnelPart.AdvertisedBy(model.EdgeTunnel, _gossip.Name));
        if (model.Tracing != before.Tracing) _tracing.Apply(model.Tracing);
        await ApplyMeshAsync(fresh);
        _wide.Update();

        bool IsChanged(string key) => changes.Any(change => change.Path == key);
    }

    private void ApplyRelays(EdgeTunnelConfiguration model)
    {
        _tunnel?.SetRelayNodes(TunnelPart.RelaysOf(model));
        _tunnel?.SetRelay(TunnelPart.DutyOf(model));
    }

    /// <summary>Nothing here can be refused. What this node itself is stays until it is started again.</summary>
    private async Task ApplyMeshAsync(LoadedConfiguration fresh)
    {
        if (_mesh.IsEmpty) return;
        if (fresh.Mesh.Revocations.Number < _mesh.Revocations.Number) AgentLog.OlderRevocations(_logger, fresh.Mesh.Revocations.Number, _mesh.Revocations.Number);
        _mesh = _mesh.Taking(fresh.Mesh);
        if (fresh.Model.Gossip is { EncryptKeys.IsEmpty: true, KeyringFile: null }) _gossip.SetKeys(_mesh.GossipKeys);
        if (_tunnel is { } tunnel) await tunnel.SetIdentityAsync(_mesh.ToIdentity());
    }

    private Task SetTagsAsync(AgentConfiguration model, CancellationToken cancellation) =>
        _gossip.SetTagsAsync(AgentTags.Of(_started.Model with { Gossip = model.Gossip }, _id, _servers.Tag), cancellation);
}
