using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

using Skerry.Catalog;

namespace Skerry.Api.Events;

/// <summary>Whether an event is for a node. Its expressions come from others: they are of the kind that takes time in proportion to the text, as Consul's are.</summary>
internal static class EventFilter
{
    /// <summary>Characters of an expression.</summary>
    private const int MaxLength = 512;

    public static bool TryRead(string filter, [NotNullWhen(true)] out Regex? expression)
    {
        expression = null;
        if (filter.Length > MaxLength) return false;
        try
        {
            expression = new Regex(filter, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <param name="told">The event.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="services">What it runs.</param>
    public static bool Passes(UserEvent told, string node, IEnumerable<ServiceInstance> services)
    {
        if (told.NodeFilter.Length > 0 && !(TryRead(told.NodeFilter, out var nodes) && nodes.IsMatch(node))) return false;
        if (told.ServiceFilter.Length == 0) return true;
        if (!TryRead(told.ServiceFilter, out var names)) return false;
        Regex? tags = null;
        if (told.TagFilter.Length > 0 && !TryRead(told.TagFilter, out tags)) return false;
        return services.Any(service => names.IsMatch(service.Name) && (tags is null || service.Tags.Any(tags.IsMatch)));
    }
}
