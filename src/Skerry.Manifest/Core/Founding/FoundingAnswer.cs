namespace Skerry.Manifest.Core.Founding;

/// <summary>What a node answers about a founding.</summary>
internal enum FoundingAnswer
{
    /// <summary>It will not: it has promised another, or belongs to another group.</summary>
    No,

    /// <summary>It does.</summary>
    Yes,

    /// <summary>It is not decided.</summary>
    Pending,
}
