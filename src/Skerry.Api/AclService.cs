using System.Diagnostics.Metrics;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

using Skerry.Api.Acl;
using Skerry.Manifest;

namespace Skerry.Api;

/// <summary>Access control of a node's doors: who may do what, by tokens and policies that stand in the group's manifest. Until <see cref="Start"/> everything is refused.</summary>
public sealed class AclService : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ApiMetrics _metrics;
    private readonly CancellationTokenSource _stopping = new();
    private AclReplica? _replica;
    private ManifestNode? _manifest;
    private Task _following = Task.CompletedTask;

    /// <summary>Access control that refuses everything until it is started.</summary>
    public AclService(AclOptions options, TimeProvider time, IMeterFactory meters, ILoggerFactory loggers)
    {
        Options = options;
        _time = time;
        _logger = loggers.CreateLogger("Skerry.Api");
        _metrics = new ApiMetrics(meters);
    }

    internal AclOptions Options { get; }

    /// <summary>Tokens and policies as this node has them.</summary>
    internal AclState State => _replica?.State ?? AclState.Empty;

    /// <summary>Ends when they are read again.</summary>
    internal Task Changed => _replica?.Changed ?? Task.Delay(Timeout.Infinite, _stopping.Token);

    /// <summary>Whether this node can know tokens: there are some, or the group is there that would know of them.</summary>
    internal bool IsReady => State.Revision > 0 && (State.BootstrapIndex > 0 || _manifest!.Log.Leader != 0);

    internal ILogger Logger => _logger;

    internal ApiMetrics Metrics => _metrics;

    internal TimeProvider Time => _time;

    /// <summary>Begins to follow what the group agrees on.</summary>
    public void Start(ManifestNode manifest)
    {
        _manifest = manifest;
        _replica = new AclReplica(manifest, _logger);
        _following = FollowAsync(_replica);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        await _following;
        _stopping.Dispose();
    }

    /// <summary>What the one who sends a request may do.</summary>
    internal IAuthorizer Authorize(HttpContext http) => new TokenAuthorizer(this, http);

    /// <summary>Changes tokens and policies.</summary>
    /// <exception cref="ApiException">This node has not begun to take part in what its group agrees on.</exception>
    internal AclStore OpenStore() => _replica is { } replica ? new AclStore(_manifest!, replica, _time) : throw NotReady();

    internal static ApiException NotReady() => new(StatusCodes.Status500InternalServerError, "No cluster leader");

    private async Task FollowAsync(AclReplica replica)
    {
        try
        {
            await Task.Run(() => replica.RunAsync(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // As told.
        }
    }
}
