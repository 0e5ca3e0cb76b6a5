namespace Skerry.Manifest.Core.Founding;

/// <summary>How far a node is on its way into a group.</summary>
internal enum FoundingStep
{
    /// <summary>It belongs to none.</summary>
    None,

    /// <summary>It has promised to found one, and promises nothing else until that is done or given up.</summary>
    Promised,

    /// <summary>It belongs to one: founded, or welcomed.</summary>
    Member,
}
