using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using Skerry.Api.Acl;
using Skerry.Api.Consul;
using Skerry.Api.Http;
using Skerry.Manifest;

namespace Skerry.Api.SkerryApi;

/// <summary>The gateway's objects in the group's manifest.</summary>
internal static class GatewayEndpoints
{
    private const string Objects = "/v1/skerry/gateway/objects";
    private const string One = Objects + "/{kind}/{name}";

    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", Objects, "Listeners, plugins and pipelines that the group has agreed on, and how its nodes follow; with ?stale as this node has them", ListAsync),
        new("PUT", Objects, "Put objects in place, all or none: ?dry-run, ?prune, ?if-match=KIND/NAME=REVISION, If-Match", ApplyAsync),
        new("GET", One, "One object; its ETag is its revision", ShowAsync),
        new("PUT", One, "Put one object in place: ?dry-run, If-Match, If-None-Match: *", ApplyAsync),
        new("DELETE", One, "Delete an object: ?dry-run, If-Match", DeleteAsync),
        new("GET", One + "/history", "The last states of an object, the newest first", HistoryAsync),
        new("PUT", One + "/rollback", "Make an object again what it was at ?revision: ?dry-run, If-Match", RollbackAsync),
    ];

    private static IGatewayControl Control(ApiCall call, AclAccess access)
    {
        call.Require(AclResource.Operator, access);
        return call.Gateway;
    }

    private static async Task ListAsync(ApiCall call)
    {
        var control = Control(call, AclAccess.Read);
        var set = await control.ReadAsync(call.Flag("stale"), call.Aborted);
        await call.JsonAsync(new JsonObject
        {
            ["revision"] = set.Revision,
            ["objects"] = new JsonArray([.. set.Objects.Select(Shape)]),
            ["nodes"] = new JsonArray([.. control.Nodes.Select(node => Shape(node, set.Revision))]),
        });
    }

    private static async Task ShowAsync(ApiCall call)
    {
        var control = Control(call, AclAccess.Read);
        var (kind, name) = (call.Path("kind"), call.Path("name"));
        var set = await control.ReadAsync(call.Flag("stale"), call.Aborted);
        var found = set.Find(kind, name) ?? throw new ApiException(StatusCodes.Status404NotFound, $"There is no {kind} '{name}'.");
        call.Http.Response.Headers.ETag = Tag(found.Revision);
        var shape = Shape(found);
        shape["nodes"] = new JsonArray([.. control.Nodes.Select(node => Shape(node, set.Revision))]);
        await call.JsonAsync(shape);
    }

    private static Task ApplyAsync(ApiCall call) => AnswerAsync(call, async control =>
    {
        var text = await call.ReadTextAsync();
        var one = call.Path("kind").Length > 0;
        return await control.ApplyAsync(new ApiGatewayApply(text, one ? call.Path("kind") : null, one ? call.Path("name") : null, call.Flag("prune"), Terms(call)), call.Aborted);
    });

    private static Task DeleteAsync(ApiCall call) => AnswerAsync(call, control => control.DeleteAsync(call.Path("kind"), call.Path("name"), Terms(call), call.Aborted));

    private static Task RollbackAsync(ApiCall call) => AnswerAsync(call, control =>
    {
        if (!long.TryParse(call.Query("revision"), NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
            throw new ApiException(StatusCodes.Status400BadRequest, "?revision is missing, or is no number: name one that the object's history has.");
        return control.RollbackAsync(call.Path("kind"), call.Path("name"), revision, Terms(call), call.Aborted);
    });

    private static async Task HistoryAsync(ApiCall call)
    {
        var (kind, name) = (call.Path("kind"), call.Path("name"));
        var history = await Control(call, AclAccess.Read).HistoryAsync(kind, name, call.Aborted);
        if (history.Count == 0) throw new ApiException(StatusCodes.Status404NotFound, $"There is no {kind} '{name}', and none is remembered.");
        await call.JsonAsync(new JsonArray([.. history.Select(state => new JsonObject
        {
            ["revision"] = state.Revision,
            ["time"] = state.Note.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["node"] = state.Note.Node,
            ["cause"] = state.Note.Cause,
            ["deleted"] = state.Document is null,
            ["document"] = state.Document,
        })]));
    }

    private static async Task AnswerAsync(ApiCall call, Func<IGatewayControl, Task<ApiGatewayOutcome>> change)
    {
        try
        {
            var outcome = await change(Control(call, AclAccess.Write));
            if (outcome.IsWritten) call.Http.Response.Headers.ETag = Tag(outcome.Revision);
            await call.JsonAsync(Shape(outcome));
        }
        catch (ApiInvalidException invalid)
        {
            call.Http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await call.JsonAsync(new JsonObject
            {
                ["errors"] = new JsonArray([.. invalid.Errors.Select(error => new JsonObject
                {
                    ["source"] = error.Source,
                    ["line"] = error.Line,
                    ["column"] = error.Column,
                    ["key"] = error.Key,
                    ["message"] = error.Message,
                    ["allowed"] = error.Allowed,
                })]),
            });
        }
    }

    private static ApiGatewayTerms Terms(ApiCall call)
    {
        var (match, none) = (call.Http.Request.Headers.IfMatch.ToString(), call.Http.Request.Headers.IfNoneMatch.ToString());
        if (none.Length > 0 && none != "*") throw new ApiException(StatusCodes.Status400BadRequest, $"If-None-Match: {none} is not understood; allowed: *");
        if (none.Length > 0 && match.Length > 0) throw new ApiException(StatusCodes.Status400BadRequest, "If-Match and If-None-Match cannot both hold.");
        return new ApiGatewayTerms
        {
            IsDryRun = call.Flag("dry-run"),
            Revision = none.Length > 0 ? 0 : match.Length > 0 && match != "*" ? Number(match.Trim('"'), $"If-Match: {match}") : null,
            MustExist = match == "*",
            Revisions = call.All("if-match").Select(text => text.Split('=')).ToImmutableDictionary(parts => parts[0], parts => Number(parts[^1], $"if-match={string.Join('=', parts)}")),
            Cause = call.Query("cause") ?? "",
        };
    }

    private static long Number(string text, string where) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number : throw new ApiException(StatusCodes.Status400BadRequest, $"{where} names no revision: a whole number, 0 for an object that is not there.");

    private static string Tag(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    private static JsonObject Shape(ManifestObject item) => new()
    {
        ["kind"] = item.Kind,
        ["name"] = item.Name,
        ["revision"] = item.Revision,
        ["createRevision"] = item.CreateRevision,
        ["document"] = item.Document,
    };

    private static JsonObject Shape(ApiGatewayNode node, long newest) => new()
    {
        ["name"] = node.Name,
        ["alive"] = node.IsAlive,
        ["revision"] = node.Revision,
        ["current"] = node.Revision >= (ulong)newest,
        ["faults"] = ConsulShapes.Texts(node.Faults),
    };

    private static JsonObject Shape(ApiGatewayOutcome outcome) => new()
    {
        ["written"] = outcome.IsWritten,
        ["revision"] = outcome.Revision,
        ["changes"] = new JsonArray([.. outcome.Changes.Select(change => new JsonObject
        {
            ["kind"] = change.Kind,
            ["name"] = change.Name,
            ["action"] = change.Action,
            ["revision"] = change.Revision,
            ["before"] = change.Before,
            ["after"] = change.After,
        })]),
    };
}
