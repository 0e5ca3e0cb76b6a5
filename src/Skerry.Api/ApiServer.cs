using System.Net;
using System.Net.Sockets;
using System.Text;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Skerry.Api.Acl;
using Skerry.Api.Consul;
using Skerry.Api.Events;
using Skerry.Api.Groups;
using Skerry.Api.Http;
using Skerry.Api.Metrics;
using Skerry.Api.SkerryApi;
using Skerry.Catalog;

namespace Skerry.Api;

/// <summary>The HTTP API of one agent: Consul's paths, Skerry's own, metrics.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly ApiOptions _options;
    private readonly ServiceCatalog _catalog;
    private readonly IAgentControl _agent;
    private readonly AclService? _acl;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PrometheusExporter _metrics = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly EventBoard _events;
    private readonly WebApplication _application;
    private Task _listening = Task.CompletedTask;
    private readonly GroupRelay? _relay;

    /// <summary>A server that listens from <see cref="StartAsync"/> on.</summary>
    /// <param name="options">How it runs.</param>
    /// <param name="catalog">The group as this node sees it.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="acl">Who may do what; null: everybody everything.</param>
    /// <param name="time">For waits.</param>
    /// <param name="loggers">For the log.</param>
    /// <param name="calls">The way to other groups; null: there is none.</param>
    public ApiServer(ApiOptions options, ServiceCatalog catalog, IAgentControl agent, AclService? acl, TimeProvider time, ILoggerFactory loggers, IGroupCalls? calls = null)
    {
        _options = options;
        _catalog = catalog;
        _agent = agent;
        _acl = acl;
        _events = new EventBoard(agent.Events, options.NodeName, catalog);
        _time = time;
        _logger = loggers.CreateLogger("Skerry.Api");
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "skerry", ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddOpenApi("skerry");
        if (calls is not null) builder.Services.AddSingleton<IConnectionListenerFactory>(new FarListenerFactory(calls));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Address);
            if (calls is not null) kestrel.Listen(new FarEndPoint(), endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        _relay = calls is null ? null : new GroupRelay(calls);
        _application = builder.Build();
        Map();
    }

    /// <summary>Where it listens; known once started.</summary>
    public IPEndPoint LocalAddress { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Every endpoint, for the OpenAPI document and the index.</summary>
    internal static IEnumerable<ApiRoute> Routes =>
    [
        .. AgentEndpoints.Routes, .. CatalogEndpoints.Routes, .. HealthEndpoints.Routes,
        .. AclEndpoints.Routes, .. EventEndpoints.Routes,
        .. KvEndpoints.Routes, .. SessionEndpoints.Routes, .. TxnEndpoints.Routes,
        .. OperatorEndpoints.Routes, .. AutopilotEndpoints.Routes, .. SnapshotEndpoints.Routes,
        .. SkerryEndpoints.Routes, .. GatewayEndpoints.Routes, .. GroupEndpoints.Routes, .. ForwardEndpoints.Routes, .. TunnelEndpoints.Routes,
    ];

    /// <summary>Method and pattern of every endpoint that answers.</summary>
    internal IEnumerable<(string Method, string Pattern)> Mapped =>
        from source in ((IEndpointRouteBuilder)_application).DataSources
        from endpoint in source.Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
        select (method, endpoint.RoutePattern.RawText ?? "");

    /// <summary>Binds and starts answering.</summary>
    /// <exception cref="ApiException">The address is in use or cannot be bound; the message says what to do.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _application.StartAsync(cancellation);
        }
        catch (Exception refused) when (refused is IOException or SocketException or AddressInUseException)
        {
            throw new ApiException(500, Explain(refused));
        }

        var bound = new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        LocalAddress = new IPEndPoint(_options.Address.Address, bound.Port);
        _listening = ListenAsync();
        ApiLog.Listening(_logger, LocalAddress.ToString());
    }

    /// <summary>Stops accepting, ends blocking queries with what is known, finishes the rest within the token's time.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await _application.StopAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _application.DisposeAsync();
        await _listening;
        _relay?.Dispose();
        _metrics.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Takes user events in.</summary>
    private async Task ListenAsync()
    {
        try
        {
            await _events.RunAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // As told.
        }
    }

    private void Map()
    {
        foreach (var route in Routes) Map(route);
        Map(new ApiRoute("GET", "/metrics", "Metrics in Prometheus' text format", MetricsAsync));
        Map(new ApiRoute("GET", "/v1/agent/metrics", "Metrics as JSON; with ?format=prometheus as on /metrics", AgentMetricsAsync));
        Map(new ApiRoute("GET", "/", "What there is", IndexAsync));
        _application.MapOpenApi("/v1/{documentName}/openapi.json");
        // Not a fallback endpoint: that would match other methods of known paths too, which are to be 405.
        _application.Use(async (http, next) =>
        {
            if (await IsForAnotherGroupAsync(http)) return;
            await next(http);
            if (!http.Response.HasStarted) await RefuseAsync(http);
        });
    }

    /// <summary>Answers what is for another group, and what another group asks and gets no answer to.</summary>
    private async Task<bool> IsForAnotherGroupAsync(HttpContext http)
    {
        var group = http.Request.Query["dc"].ToString();
        var isOther = group.Length > 0 && group != _options.Group;
        var caller = http.Features.Get<FarCaller>();
        if (caller is null && (!isOther || FarRoutes.IsKnownHere(http.Request) || http.GetEndpoint() is null)) return false;
        var call = new ApiCall(http, _options, _catalog, _agent, AllowAll.Instance, _events, _time, _stopping.Token);
        try
        {
            if (!FarRoutes.IsOpen(http.Request))
            {
                throw caller is not null
                    ? new ApiException(StatusCodes.Status403Forbidden, $"Group {_options.Group} does not answer this to other groups.")
                    : new ApiException(StatusCodes.Status400BadRequest, $"This is asked of a node of {group} itself: other groups do not answer it.");
            }

            if (!isOther) return false;
            if (caller is not null || _relay is null) throw new ApiException(StatusCodes.Status500InternalServerError, "No path to datacenter");
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
            await _relay.CarryAsync(http, group, ending.Token);
        }
        catch (ApiException refused) when (!http.Response.HasStarted)
        {
            await call.TextAsync(refused.Message, refused.Status);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or HttpRequestException)
        {
            // The client went away, this agent stops, or the answer broke off: then so does this one.
            http.Abort();
        }

        return true;
    }

    /// <summary>What no endpoint answers, in Consul's words.</summary>
    private static async Task RefuseAsync(HttpContext http)
    {
        var answer = http.Response;
        if (answer.StatusCode == StatusCodes.Status404NotFound && http.GetEndpoint() is null)
        {
            await answer.WriteAsync("Invalid URL path: not a recognized HTTP API endpoint");
        }
        else if (answer.StatusCode == StatusCodes.Status405MethodNotAllowed)
        {
            answer.Headers.Allow = $"OPTIONS, {answer.Headers.Allow}";
            if (http.Request.Method == HttpMethods.Options) answer.StatusCode = StatusCodes.Status200OK;
            else await answer.WriteAsync($"method {http.Request.Method} not allowed");
        }
    }

    private void Map(ApiRoute route)
    {
        // Consul's clients send POST here and there where its documentation says PUT.
        string[] methods = route.Method == "PUT" ? ["PUT", "POST"] : [route.Method];
        _application.MapMethods(route.Pattern, methods, (Delegate)((HttpContext http) => RunAsync(http, route)))
            .WithName($"{route.Method} {route.Pattern}").WithSummary(route.Summary).WithTags(route.Pattern.Split('/') is [_, "v1", var area, ..] ? area : "agent");
    }

    private async Task RunAsync(HttpContext http, ApiRoute route)
    {
        var call = new ApiCall(http, _options, _catalog, _agent, (IAuthorizer?)_acl?.Authorize(http) ?? AllowAll.Instance, _events, _time, _stopping.Token);
        try
        {
            await route.RunAsync(call);
        }
        catch (ApiException refused)
        {
            await call.TextAsync(refused.Message, refused.Status);
        }
        catch (CatalogException refused)
        {
            await call.TextAsync($"{refused.Field}: {refused.Message}", StatusCodes.Status400BadRequest);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException && call.Aborted.IsCancellationRequested)
        {
            // The client went away.
        }
        catch (Exception broken) when (!http.Response.HasStarted)
        {
            ApiLog.Failed(_logger, http.Request.Method, http.Request.Path.ToString(), broken);
            await call.TextAsync("Internal error: see the agent's log", StatusCodes.Status500InternalServerError);
        }
    }

    private Task AgentMetricsAsync(ApiCall call)
    {
        if (call.Query("format") == "prometheus") return MetricsAsync(call);
        call.RequireAgent(AclAccess.Read);
        return call.JsonAsync(_metrics.ToJson(_time.GetUtcNow()));
    }

    private Task MetricsAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Read);
        call.Http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return call.Http.Response.WriteAsync(_metrics.Render(), call.Aborted);
    }

    private Task IndexAsync(ApiCall call)
    {
        var text = new StringBuilder($"Skerry {_options.Version}, node {_options.NodeName} of group {_options.Group}\n\n");
        foreach (var route in Routes) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{route.Method,-4} {route.Pattern,-48} {route.Summary}\n");
        text.Append("GET  /metrics\nGET  /v1/skerry/openapi.json\n");
        return call.TextAsync(text.ToString());
    }

    private string Explain(Exception refused)
    {
        var inUse = refused is AddressInUseException || refused.InnerException is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse };
        return inUse
            ? $"The API cannot listen on {_options.Address}: another program does. See which with: ss -lptn 'sport = :{_options.Address.Port}'; or set api.address to another port."
            : $"The API cannot listen on {_options.Address}: {refused.Message} Set api.address.";
    }

    /// <summary>Signals are the agent's to handle.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
