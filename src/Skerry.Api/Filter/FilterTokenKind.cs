namespace Skerry.Api.Filter;

/// <summary>Sorts of words.</summary>
internal enum FilterTokenKind
{
    /// <summary>A bare word: a selector, an operator, or a value.</summary>
    Word,

    /// <summary>A quoted value.</summary>
    Quoted,

    /// <summary><c>==</c>, <c>!=</c>, parentheses, brackets.</summary>
    Symbol,

    /// <summary>The end.</summary>
    End,
}
