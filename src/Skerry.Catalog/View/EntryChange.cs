namespace Skerry.Catalog.View;

/// <summary>What became of one instance.</summary>
/// <param name="Service">The service it belongs, or belonged, to.</param>
/// <param name="Node">Its node.</param>
/// <param name="Id">Its id there.</param>
/// <param name="Entry">As it is now; null: it is gone.</param>
internal readonly record struct EntryChange(string Service, string Node, string Id, ServiceEntry? Entry);
