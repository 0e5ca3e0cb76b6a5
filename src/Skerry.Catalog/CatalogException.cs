namespace Skerry.Catalog;

/// <summary>A registration that cannot be taken; names the field.</summary>
/// <param name="field">The field, as the API calls it.</param>
/// <param name="message">What was wrong and what is allowed.</param>
public sealed class CatalogException(string field, string message) : Exception(message)
{
    /// <summary>The field, as the API calls it.</summary>
    public string Field { get; } = field;
}
