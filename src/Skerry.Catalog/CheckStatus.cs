namespace Skerry.Catalog;

/// <summary>What a check says, from best to worst: the larger value wins when several checks are taken together.</summary>
public enum CheckStatus
{
    /// <summary>Well.</summary>
    Passing = 0,

    /// <summary>Works, wants looking at; still gets traffic.</summary>
    Warning = 1,

    /// <summary>Does not work; gets no traffic.</summary>
    Critical = 2,
}
