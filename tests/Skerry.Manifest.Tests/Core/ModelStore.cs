namespace Skerry.Manifest.Tests.Core;

/// <summary>The key space as one would write it on a page: every revision's whole content, kept for ever.</summary>
internal sealed class ModelStore
{
    private readonly List<SortedDictionary<string, ModelEntry>> _revisions = [[], []];

    public long Revision => _revisions.Count - 1;

    public SortedDictionary<string, ModelEntry> Now => _revisions[^1];

    public SortedDictionary<string, ModelEntry> At(long revision) => _revisions[(int)(revision > 0 ? revision : Revision)];

    /// <summary>Changes the content; no new revision where nothing changes.</summary>
    public int Change(Func<SortedDictionary<string, ModelEntry>, long, int> change)
    {
        var next = new SortedDictionary<string, ModelEntry>(Now, StringComparer.Ordinal);
        var changes = change(next, Revision + 1);
        if (changes > 0) _revisions.Add(next);
        return changes;
    }

    public static int Put(SortedDictionary<string, ModelEntry> content, long revision, string key, string value, long lease)
    {
        content[key] = content.TryGetValue(key, out var old)
            ? new ModelEntry(value, old.Created, revision, old.Version + 1, lease)
            : new ModelEntry(value, revision, revision, 1, lease);
        return 1;
    }

    public static int Delete(SortedDictionary<string, ModelEntry> content, KeyRange range)
    {
        var gone = content.Keys.Where(key => range.Contains(Ops.Bytes(key))).ToArray();
        foreach (var key in gone) content.Remove(key);
        return gone.Length;
    }
}
