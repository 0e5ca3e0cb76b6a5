namespace Skerry.Api.Acl.Rules;

/// <summary>A token of a policy's rules.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The word or the text; empty for the others.</param>
/// <param name="At">Where it begins, in characters.</param>
internal readonly record struct RulesToken(RulesTokenKind Kind, string Text, int At);
