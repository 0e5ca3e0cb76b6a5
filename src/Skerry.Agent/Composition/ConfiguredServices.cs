using System.Collections.Immutable;
using System.Text.Json;

using Microsoft.Extensions.Logging;

using Skerry.Agent.Configuration;
using Skerry.Catalog;

namespace Skerry.Agent.Composition;

/// <summary>
/// Keeps the services of the configuration registered. Registrations outlive a restart by themselves, so which of them came from the file is
/// kept too: one that was taken out while the agent was down is deregistered when it is back.
/// </summary>
/// <param name="catalog">Where they are registered.</param>
/// <param name="node">This node's name.</param>
/// <param name="file">Where their ids are kept; null: nowhere.</param>
/// <param name="logger">For a disk that refuses.</param>
internal sealed class ConfiguredServices(ServiceCatalog catalog, string node, string? file, ILogger logger)
{
    private ImmutableArray<string> _known = ReadKnown(file);

    /// <summary>Checks whether these could be registered now, and changes nothing.</summary>
    /// <exception cref="CatalogException">One could not.</exception>
    public void Validate(ImmutableArray<ServiceConfiguration> services) => catalog.Validate(Registrations(services));

    /// <summary>Registers these, and deregisters those of the last time that are not among them, in one step.</summary>
    /// <exception cref="CatalogException">One was refused; nothing has changed.</exception>
    /// <exception cref="Storage.StorageException">The disk refuses; nothing has changed.</exception>
    public async Task ApplyAsync(ImmutableArray<ServiceConfiguration> services, CancellationToken cancellation)
    {
        ImmutableArray<string> ids = [.. services.Select(service => service.EffectiveId)];
        await catalog.ReplaceServicesAsync([.. _known.Except(ids)], Registrations(services), cancellation);
        _known = ids;
        if (file is null) return;
        try
        {
            // A rename swaps it whole: after a crash the old list or the new one is there.
            await File.WriteAllTextAsync(file + ".new", JsonSerializer.Serialize<IEnumerable<string>>(_known), cancellation);
            File.Move(file + ".new", file, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            AgentLog.ServicesNotNoted(logger, file, refused.Message);
        }
    }

    private ServiceRegistration[] Registrations(ImmutableArray<ServiceConfiguration> services) =>
        [.. services.Select(service => new ServiceRegistration(service.ToInstance(node), service.ToChecks()))];

    private static ImmutableArray<string> ReadKnown(string? file)
    {
        try
        {
            return file is not null && File.Exists(file) ? [.. JsonSerializer.Deserialize<string[]>(File.ReadAllText(file)) ?? []] : [];
        }
        catch (JsonException)
        {
            // Nothing but tidiness is lost: a service taken out of the file meanwhile stays until it is deregistered by hand.
            return [];
        }
    }
}
