using System.Collections.Immutable;

using Skerry.Agent.Configuration;
using Skerry.Agent.Configuration.Objects;
using Skerry.Agent.Configuration.Yaml;
using Skerry.Api;
using Skerry.Catalog;
using Skerry.Manifest;

namespace Skerry.Agent.Adapters;

/// <summary>
/// The gateway's objects for the API. A change is checked with all the others as a configuration file would be, and written only if none of them has changed since; else it is
/// checked anew.
/// </summary>
/// <param name="store">Where they are.</param>
/// <param name="members">The members of the group.</param>
/// <param name="catalog">What the nodes say of themselves.</param>
/// <param name="node">This node's name.</param>
/// <param name="time">For the time of a change.</param>
internal sealed class ManifestGateway(ObjectStore store, IManifestGroup members, ServiceCatalog catalog, string node, TimeProvider time) : IGatewayControl
{
    /// <summary>Only a crowd of writers at once comes in between so often.</summary>
    private const int Tries = 16;

    private const string Sent = "";

    public ImmutableArray<ApiGatewayNode> Nodes
    {
        get
        {
            var nodes = catalog.Current.Nodes;
            var names = nodes.Values.Where(known => known.Gateway != GatewayFacts.None).Select(known => known.Name).Concat(members.Members.Select(member => member.Name));
            return
            [
                .. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => nodes.TryGetValue(name, out var known)
                    ? new ApiGatewayNode(name, known.Alive, known.Gateway.Revision, known.Gateway.Faults) : new ApiGatewayNode(name, false, 0, [])),
            ];
        }
    }

    public async Task<ObjectSet> ReadAsync(bool isStale, CancellationToken cancellation) => await store.ReadAsync(isStale, cancellation) is (_, { } set) ? set : throw NotRead();

    public async Task<IReadOnlyList<ObjectRevision>> HistoryAsync(string kind, string name, CancellationToken cancellation) =>
        await store.HistoryAsync(kind, name, cancellation) is (ManifestError.None, var revisions) ? revisions : throw NotRead();

    public Task<ApiGatewayOutcome> ApplyAsync(ApiGatewayApply request, CancellationToken cancellation)
    {
        var objects = request.Kind is null ? Checked(() => GatewayObjectFile.Read(Sent, request.Text))
            : Checked(() => ImmutableArray.Create(GatewayObjectFile.ReadOne(Sent, request.Text, KindOf(request.Kind), request.Name!)));
        return ChangeAsync(set => Wanted(set, objects, request.IsPruning), request.Terms, "applied", cancellation);
    }

    public Task<ApiGatewayOutcome> DeleteAsync(string kind, string name, ApiGatewayTerms terms, CancellationToken cancellation) => ChangeAsync(
        set => set.Find(kind, name) is null ? throw new ApiException(404, $"There is no {kind} '{name}'.") : [new Wish(kind, name, null)], terms, "deleted", cancellation);

    public async Task<ApiGatewayOutcome> RollbackAsync(string kind, string name, long revision, ApiGatewayTerms terms, CancellationToken cancellation)
    {
        var history = await HistoryAsync(kind, name, cancellation);
        var state = history.FirstOrDefault(kept => kept.Revision == revision) ?? throw new ApiException(404, history.Count == 0
            ? $"There is no {kind} '{name}', and none is remembered."
            : $"Revision {revision} of {kind} '{name}' is not kept; those that are: {string.Join(", ", history.Select(kept => kept.Revision))}.");
        var wish = new Wish(kind, name, state.Document is { } document ? GatewayObject.Of(new ManifestObject(kind, name, document, 0, 0)) : null);
        return await ChangeAsync(_ => [wish], terms, $"rolled back to {revision}", cancellation);
    }

    private static IEnumerable<Wish> Wanted(ObjectSet set, ImmutableArray<GatewayObject> objects, bool isPruning)
    {
        var gone = isPruning ? set.Objects.Where(stored => !objects.Any(item => item.Kind.Name == stored.Kind && item.Name == stored.Name)) : [];
        return [.. objects.Select(item => new Wish(item.Kind.Name, item.Name, item)), .. gone.Select(stored => new Wish(stored.Kind, stored.Name, null))];
    }

    private async Task<ApiGatewayOutcome> ChangeAsync(Func<ObjectSet, IEnumerable<Wish>> ask, ApiGatewayTerms terms, string cause, CancellationToken cancellation)
    {
        for (var left = Tries; ; left--)
        {
            var set = await ReadAsync(isStale: false, cancellation);
            var wishes = ask(set).ToArray();
            var changes = wishes.Select(wish => Change(set, wish)).ToImmutableArray();
            foreach (var change in changes) Expect(change, terms);
            CheckWhole(set, wishes);
            var writes = changes.Where(change => change.Before != change.After).Select(change => new ObjectWrite(change.Kind, change.Name, change.After)).ToArray();
            if (terms.IsDryRun || writes.Length == 0) return new ApiGatewayOutcome(false, set.Revision, changes);
            var note = new ObjectNote(time.GetUtcNow(), node, terms.Cause.Length > 0 ? terms.Cause : cause);
            var commit = await store.CommitAsync(set, writes, note, cancellation);
            if (commit.IsDone) return new ApiGatewayOutcome(true, commit.Revision, changes);
            if (!commit.IsOutdated) throw NotWritten(commit.Error);
            if (left == 1) throw new ApiException(503, "Others change the gateway's objects all the time: nothing was written. Try again.");
        }
    }

    private static ApiGatewayChange Change(ObjectSet set, Wish wish)
    {
        var before = set.Find(wish.Kind, wish.Name);
        return new ApiGatewayChange(wish.Kind, wish.Name, before?.Revision ?? 0, before?.Document, wish.Object?.Document);
    }

    private static void Expect(ApiGatewayChange change, ApiGatewayTerms terms)
    {
        var id = $"{change.Kind}/{change.Name}";
        if (terms.MustExist && change.Revision == 0) throw new ApiException(412, $"{id} is not there: nothing was written.");
        if ((terms.Revisions.TryGetValue(id, out var own) ? own : terms.Revision) is not { } expected || expected == change.Revision) return;
        throw new ApiException(412, change.Revision == 0 ? $"{id} is not there, and was expected at revision {expected}: nothing was written."
            : expected == 0 ? $"{id} is there already, at revision {change.Revision}: nothing was written."
            : $"{id} is at revision {change.Revision}, not {expected}: somebody changed it meanwhile, and nothing was written.");
    }

    /// <summary>Whether all objects together can run, those that stay included.</summary>
    private static void CheckWhole(ObjectSet set, Wish[] wishes)
    {
        var changed = wishes.Select(wish => (wish.Kind, wish.Name)).ToHashSet();
        var stay = set.Objects.Where(stored => !changed.Contains((stored.Kind, stored.Name))).Select(GatewayObject.Of).OfType<GatewayObject>();
        Checked(() => GatewayObjects.Bind(stay.Concat(wishes.Select(wish => wish.Object).OfType<GatewayObject>())));
    }

    private static T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ConfigurationRefusedException refused)
        {
            throw new ApiInvalidException([.. refused.Errors.Select(Fault)]);
        }
        catch (YamlRefusedException refused)
        {
            throw new ApiInvalidException([Fault(new ConfigurationError(refused.Mark, "", refused.Message))]);
        }
    }

    private static ApiInvalidException.Fault Fault(ConfigurationError error) => new(error.Mark.Source, error.Mark.Line, error.Mark.Column, error.Key, error.Message, error.Allowed);

    private static GatewayKind KindOf(string kind) =>
        GatewayKind.Find(kind) ?? throw new ApiException(404, $"'{kind}' is no kind of object; allowed: {string.Join(", ", GatewayKind.All.Select(known => known.Name))}.");

    private static ApiException NotRead() => new(503, "The group has no leader now: what it has agreed on cannot be read for certain. What this node has of it: ?stale.");

    private static ApiException NotWritten(ManifestError error) => error switch
    {
        ManifestError.RequestTooLarge or ManifestError.TooManyOps => new ApiException(413, "The change is too large for one step: nothing was written. Make it in several."),
        ManifestError.DiskFull => new ApiException(507, "The leader's disk is full: nothing was written. Make room on it, and writes go on."),
        ManifestError.NoSpace => new ApiException(507, "The manifest has no room left: nothing was written."),
        _ => new ApiException(503, "The group did not answer in time: whether the change was written is not known. Look before trying again."),
    };

    /// <summary>What an object is to become; no object: gone.</summary>
    private readonly record struct Wish(string Kind, string Name, GatewayObject? Object);
}
