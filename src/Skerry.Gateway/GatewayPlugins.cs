using System.Collections.Immutable;

namespace Skerry.Gateway;

/// <summary>Every plugin there is, by the name it has in the configuration.</summary>
public static class GatewayPlugins
{
    /// <summary>Options type by plugin name, in ordinal order; what configuration is read into.</summary>
    public static ImmutableSortedDictionary<string, Type> OptionTypes => throw new NotImplementedException();
}
