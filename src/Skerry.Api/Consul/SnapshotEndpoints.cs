using System.Globalization;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using Skerry.Api.Acl;
using Skerry.Api.Http;
using Skerry.Manifest;

namespace Skerry.Api.Consul;

/// <summary>The whole state of the group, saved and restored.</summary>
internal static class SnapshotEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/snapshot", "Save the whole state of the group; with ?stale as this node has it", SaveAsync),
        new("PUT", "/v1/snapshot", "Restore the whole state of the group, on every node at once; a damaged archive is refused and changes nothing", RestoreAsync),
    ];

    private static async Task SaveAsync(ApiCall call)
    {
        // It holds the tokens' hashes, and keys that whoever asks might not read one by one.
        call.Require(AclResource.Acl, AclAccess.Write);
        if (!call.Flag("stale")) MemberNames.Ensure(await call.Manifest.BarrierAsync(call.Aborted), "");
        var (metadata, archive) = await SnapshotArchive.SaveAsync(call.Manifest, call.Options.Group, call.Options.NodeName, call.Now, call.Aborted);
        await using (archive)
        {
            var answer = call.Http.Response;
            answer.ContentType = "application/x-gzip";
            answer.ContentLength = archive.Length;
            answer.Headers["X-Consul-Index"] = metadata.Index.ToString(CultureInfo.InvariantCulture);
            await archive.CopyToAsync(answer.Body, call.Aborted);
        }
    }

    private static async Task RestoreAsync(ApiCall call)
    {
        call.Require(AclResource.Acl, AclAccess.Write);
        var manifest = call.Manifest;
        if (call.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        SnapshotArchive archive;
        try
        {
            archive = await SnapshotArchive.OpenAsync(call.Http.Request.Body, call.Aborted);
        }
        catch (InvalidDataException damaged)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, damaged.Message + " Nothing has changed.");
        }

        using (archive)
        {
            var error = await archive.RestoreAsync(manifest, call.Aborted);
            if (error == ManifestError.RestoreInterrupted) throw new ApiException(StatusCodes.Status409Conflict, "Another restore has begun meanwhile. Nothing of this one has been put in place.");
            MemberNames.Ensure(error, "");
        }
    }
}
