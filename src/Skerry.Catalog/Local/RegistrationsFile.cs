using System.Text.Json;

using Microsoft.Extensions.Logging;

using Skerry.Catalog.Records;
using Skerry.Storage;

namespace Skerry.Catalog.Local;

/// <summary>Keeps what was registered with this node across restarts.</summary>
/// <param name="directory">Where; null: nowhere.</param>
/// <param name="logger">For damage.</param>
internal sealed class RegistrationsFile(string? directory, ILogger logger)
{
    private readonly SnapshotFile? _file = directory is null ? null : new SnapshotFile(Path.Combine(directory, "registrations"));

    /// <summary>What was kept; nothing when there is no file, or a damaged one, which is set aside and said so.</summary>
    /// <exception cref="StorageException">The file is there and cannot be read.</exception>
    public Registrations Read()
    {
        if (_file is null) return new Registrations();
        var bytes = _file.Read(out var setAside);
        try
        {
            if (bytes is null && setAside is null) return new Registrations();
            if (bytes is not null && JsonSerializer.Deserialize(bytes, LeanJson.All) is { } kept && IsSound(kept)) return Sorted(kept);
        }
        catch (JsonException)
        {
            // The bytes are as they were written, and say nothing that this version understands.
        }

        setAside ??= _file.SetAside();

        CatalogLog.RegistrationsDamaged(logger, _file.Path, setAside);
        return new Registrations();
    }

    /// <exception cref="StorageException">The disk refuses; what was kept before still is.</exception>
    public void Write(Registrations registrations) => _file?.Write(JsonSerializer.SerializeToUtf8Bytes(registrations, LeanJson.All));

    private static bool IsSound(Registrations kept) =>
        kept.Services.All(entry => entry.Value?.Id == entry.Key) && kept.Checks.All(entry => entry.Value?.Id == entry.Key && entry.Value.Type != CheckType.Unknown);

    /// <summary>The reader of JSON sorts by culture; everything here sorts by ordinal.</summary>
    private static Registrations Sorted(Registrations kept) => kept with
    {
        Services = kept.Services.WithComparers(StringComparer.Ordinal),
        Checks = kept.Checks.WithComparers(StringComparer.Ordinal),
        Statuses = kept.Statuses.WithComparers(StringComparer.Ordinal),
    };
}
