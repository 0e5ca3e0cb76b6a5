using System.Text.Json;

using Microsoft.Extensions.Logging;

using Skerry.Manifest;
using Skerry.Storage;

namespace Skerry.Agent.Adapters;

/// <summary>The gateway objects in effect last, on this node's disk: a node that starts while its group has no leader carries traffic as before.</summary>
/// <param name="path">The file.</param>
/// <param name="logger">For a file that cannot be used; the group has the objects.</param>
internal sealed class KeptGateway(string path, ILogger logger)
{
    private readonly SnapshotFile _file = new(path);

    /// <summary>The set; null when there is none that can be read.</summary>
    public ObjectSet? Read()
    {
        try
        {
            if (_file.Read(out var setAside) is { } bytes && JsonSerializer.Deserialize<Content>(bytes) is { Revision: > 0, Objects: not null } content)
                return new ObjectSet { Revision = content.Revision, Objects = [.. content.Objects] };
            if (setAside is not null) AgentLog.GatewayNotKept(logger, path, $"it was damaged and is now {setAside}");
        }
        catch (Exception unreadable) when (unreadable is StorageException or JsonException)
        {
            AgentLog.GatewayNotKept(logger, path, unreadable.Message);
        }

        return null;
    }

    public void Write(ObjectSet set)
    {
        try
        {
            _file.Write(JsonSerializer.SerializeToUtf8Bytes(new Content(set.Revision, [.. set.Objects])));
        }
        catch (StorageException refused)
        {
            AgentLog.GatewayNotKept(logger, path, refused.Message);
        }
    }

    private sealed record Content(long Revision, ManifestObject[] Objects);
}
