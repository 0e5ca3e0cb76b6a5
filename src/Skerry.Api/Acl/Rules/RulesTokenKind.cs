namespace Skerry.Api.Acl.Rules;

/// <summary>Kinds of <see cref="RulesToken"/>.</summary>
internal enum RulesTokenKind
{
    /// <summary>A word without quotes.</summary>
    Word,

    /// <summary>A text in double quotes, its escapes resolved.</summary>
    Text,

    /// <summary><c>{</c></summary>
    Open,

    /// <summary><c>}</c></summary>
    Close,

    /// <summary><c>[</c></summary>
    OpenList,

    /// <summary><c>]</c></summary>
    CloseList,

    /// <summary><c>=</c> or <c>:</c></summary>
    Is,

    /// <summary><c>,</c></summary>
    Comma,

    /// <summary>The end.</summary>
    End,
}
