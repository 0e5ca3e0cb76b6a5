using System.Collections.Immutable;

using Skerry.Manifest;

namespace Skerry.Api.Tests;

/// <summary>Gateway objects that remember what was asked of them.</summary>
internal sealed class FakeGateway : IGatewayControl
{
    /// <summary>The terms of the last change.</summary>
    public ApiGatewayTerms? Terms { get; private set; }

    /// <summary>What was asked, in words.</summary>
    public string Asked { get; private set; } = "";

    /// <summary>What comes in the way of the next change.</summary>
    public Exception? Objection { get; set; }

    public ImmutableArray<ApiGatewayNode> Nodes => [new("here", true, 7, []), new("there", true, 5, ["listener/http: the port is in use"])];

    public Task<ObjectSet> ReadAsync(bool isStale, CancellationToken cancellation) =>
        Task.FromResult(new ObjectSet { Revision = 7, Objects = [new ManifestObject("pipeline", "web", "name: web\n", 6, 2)] });

    public Task<IReadOnlyList<ObjectRevision>> HistoryAsync(string kind, string name, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ObjectRevision>>(name == "web" ? [new ObjectRevision(6, null, new ObjectNote(DateTimeOffset.UnixEpoch, "here", "deleted"))] : []);

    public Task<ApiGatewayOutcome> ApplyAsync(ApiGatewayApply request, CancellationToken cancellation) =>
        Answer($"apply {request.Kind}/{request.Name} '{request.Text}' {(request.IsPruning ? "pruning" : "")}".Trim(), request.Terms);

    public Task<ApiGatewayOutcome> DeleteAsync(string kind, string name, ApiGatewayTerms terms, CancellationToken cancellation) => Answer($"delete {kind}/{name}", terms);

    public Task<ApiGatewayOutcome> RollbackAsync(string kind, string name, long revision, ApiGatewayTerms terms, CancellationToken cancellation) =>
        Answer($"rollback {kind}/{name} {revision}", terms);

    private Task<ApiGatewayOutcome> Answer(string asked, ApiGatewayTerms terms)
    {
        if (Objection is { } objection) throw objection;
        (Asked, Terms) = (asked, terms);
        return Task.FromResult(new ApiGatewayOutcome(!terms.IsDryRun, 8, [new ApiGatewayChange("pipeline", "web", 6, "name: web\n", null)]));
    }
}
