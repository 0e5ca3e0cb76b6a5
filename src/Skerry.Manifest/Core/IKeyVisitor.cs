namespace Skerry.Manifest.Core;

/// <summary>Sees records in the order of their keys.</summary>
internal interface IKeyVisitor
{
    /// <returns>Whether to go on.</returns>
    bool Visit(KeyRecord record);
}
