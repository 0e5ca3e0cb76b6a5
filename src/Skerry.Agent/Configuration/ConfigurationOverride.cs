namespace Skerry.Agent.Configuration;

/// <summary>A key set on the command line, over what the file says.</summary>
/// <param name="Flag">As typed: <c>--bind</c>.</param>
/// <param name="Group">The group the key is in; empty: the top.</param>
/// <param name="Key">The key.</param>
/// <param name="Values">Its text, or the entries of a list.</param>
/// <param name="IsList">Whether the key is a list.</param>
internal sealed record ConfigurationOverride(string Flag, string Group, string Key, IReadOnlyList<string> Values, bool IsList = false);
