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
/// <param name="logger">For what is refused.</param>
internal sealed class ConfiguredServices(ServiceCatalog catalog, string node, string? file, ILogger logger)
{
    private ImmutableArray<string> _known = ReadKnown(file);

    /// <summary>Registers these, and deregisters those of the last time that are not among them.</summary>
    public async Task ApplyAsync(ImmutableArray<ServiceConfiguration> services, CancellationToken cancellation)
    {
        foreach (var gone in _known.Except(services.Select(service => service.EffectiveId)))
            await catalog.DeregisterServiceAsync(gone, cancellation);
        foreach (var service in services)
        {
            try
            {
                await catalog.RegisterServiceAsync(service.ToInstance(node), service.ToChecks(), replaceExistingChecks: true, cancellation);
            }
            catch (CatalogException refused)
            {
                AgentLog.ServiceRefused(logger, service.EffectiveId, refused.Field, refused.Message);
            }
        }

        _known = [.. services.Select(service => service.EffectiveId)];
        if (file is null) return;
        // A rename swaps it whole: after a crash the old list or the new one is there.
        await File.WriteAllTextAsync(file + ".new", JsonSerializer.Serialize<IEnumerable<string>>(_known), cancellation);
        File.Move(file + ".new", file, overwrite: true);
    }

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
