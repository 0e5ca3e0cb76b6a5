using System.Text.Json;

using Microsoft.Extensions.Logging;

using Skerry.Catalog.Records;
using Skerry.Storage;

namespace Skerry.Catalog;

/// <summary>Keeps what was registered with this node across restarts.</summary>
/// <param name="directory">Where; null: nowhere.</param>
/// <param name="logger">For damage.</param>
internal sealed class RegistrationsFile(string? directory, ILogger logger)
{
    private readonly SnapshotFile? _file = directory is null ? null : new SnapshotFile(Path.Combine(directory, "registrations"));

    public Registrations Read()
    {
        if (_file is null) return new Registrations();
        try
        {
            var bytes = _file.Read(out var setAside);
            if (setAside is not null) CatalogLog.RegistrationsDamaged(logger, _file.Path, setAside);
            return bytes is null ? new Registrations() : CatalogJson.Read<Registrations>(bytes);
        }
        catch (Exception unreadable) when (unreadable is StorageException or JsonException)
        {
            CatalogLog.RegistrationsUnwritable(logger, unreadable.Message);
            return new Registrations();
        }
    }

    /// <summary>Writes all; a disk that refuses is told and does not undo the registration.</summary>
    public void Write(Registrations registrations)
    {
        try
        {
            _file?.Write(CatalogJson.Write(registrations));
        }
        catch (StorageException refused)
        {
            CatalogLog.RegistrationsUnwritable(logger, refused.Message);
        }
    }
}
