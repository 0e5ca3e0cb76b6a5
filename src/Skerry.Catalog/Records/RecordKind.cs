namespace Skerry.Catalog.Records;

/// <summary>Kinds of records the catalog replicates.</summary>
internal static class RecordKind
{
    /// <summary>Facts of the node itself; its id is empty.</summary>
    public const string Node = "node";

    /// <summary>A service instance.</summary>
    public const string Service = "service";

    /// <summary>A check and what it says.</summary>
    public const string Check = "check";
}
