namespace Skerry.Api.Acl.Rules;

/// <summary>What stands behind a key of a policy's rules: a text, or what stands in braces.</summary>
/// <param name="Text">The text; null in braces.</param>
/// <param name="Entries">What stands in the braces, in order; a key may be there more than once.</param>
/// <param name="At">Where it begins, in characters.</param>
internal sealed record RulesNode(string? Text, IReadOnlyList<(string Key, RulesNode Value, int At)> Entries, int At);
