namespace Skerry.Api.Filter;

/// <summary>How a value is compared.</summary>
internal enum MatchOperator
{
    /// <summary><c>==</c>.</summary>
    Equal,

    /// <summary><c>is empty</c>.</summary>
    Empty,

    /// <summary><c>contains</c>, and <c>in</c> the other way round: an element, a key, a part of a text.</summary>
    Contains,

    /// <summary><c>matches</c>: a regular expression.</summary>
    Matches,
}
