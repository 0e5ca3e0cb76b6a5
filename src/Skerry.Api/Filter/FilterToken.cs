namespace Skerry.Api.Filter;

/// <summary>A word of a filter expression.</summary>
/// <param name="Kind">What sort.</param>
/// <param name="Text">The word, unquoted.</param>
/// <param name="Position">Where it begins, from 0.</param>
internal readonly record struct FilterToken(FilterTokenKind Kind, string Text, int Position);
