namespace Skerry.Gossip.Core.Messages;

/// <summary>Passes the nodes whose tag matches.</summary>
/// <param name="Tag">The tag's key; a node without it has an empty value.</param>
/// <param name="Expression">An RE2 regular expression, not anchored.</param>
internal sealed record TagFilter(string Tag, string Expression) : QueryFilter;
