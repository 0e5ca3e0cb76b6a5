namespace Skerry.Api;

/// <summary>Gateway objects to put in place.</summary>
/// <param name="Text">YAML or JSON: lists of objects, or one object where <paramref name="Kind"/> and <paramref name="Name"/> say which.</param>
/// <param name="Kind">The kind of the one object; null: lists.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsPruning">Whether objects that the text does not have are deleted.</param>
/// <param name="Terms">On what terms.</param>
public sealed record ApiGatewayApply(string Text, string? Kind, string? Name, bool IsPruning, ApiGatewayTerms Terms);
