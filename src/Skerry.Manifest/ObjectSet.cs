using System.Collections.Immutable;

namespace Skerry.Manifest;

/// <summary>All objects of a store at one revision.</summary>
public sealed class ObjectSet
{
    /// <summary>The revision of the last change of any of them, deletions included; 0: there never was one.</summary>
    public required long Revision { get; init; }

    /// <summary>The objects by kind, then by name, in ordinal order.</summary>
    public required ImmutableArray<ManifestObject> Objects { get; init; }

    /// <summary>How many changes there were.</summary>
    internal long Changes { get; init; }

    /// <summary>The numbers of the changes that are kept of each object, oldest first.</summary>
    internal IReadOnlyDictionary<(string Kind, string Name), List<long>> Kept { get; init; } = ImmutableDictionary<(string, string), List<long>>.Empty;

    /// <summary>An object; null when there is none.</summary>
    public ManifestObject? Find(string kind, string name) => Objects.FirstOrDefault(item => item.Kind == kind && item.Name == name);
}
