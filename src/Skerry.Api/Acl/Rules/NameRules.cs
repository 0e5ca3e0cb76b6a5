namespace Skerry.Api.Acl.Rules;

/// <summary>The rules about one kind of resource. The rule of a whole name counts before those of prefixes, and of these the longest.</summary>
internal sealed class NameRules
{
    private readonly Dictionary<string, AclLevel> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AclLevel> _prefixes = new(StringComparer.Ordinal);
    private int[] _lengths = [];

    /// <summary>Takes a rule in. Where two are about the same, that which denies counts, else that which grants more.</summary>
    public void Add(in AclRule rule)
    {
        var into = rule.IsPrefix ? _prefixes : _names;
        if (!into.TryGetValue(rule.Name, out var there)) into[rule.Name] = rule.Level;
        else if (there != AclLevel.Deny && (rule.Level == AclLevel.Deny || rule.Level > there)) into[rule.Name] = rule.Level;
        if (rule.IsPrefix && !_lengths.Contains(rule.Name.Length)) _lengths = [.. _lengths.Append(rule.Name.Length).OrderDescending()];
    }

    /// <summary>What is granted for a name; null: no rule is about it.</summary>
    public AclLevel? Find(string name) => _names.TryGetValue(name, out var level) ? level : FindPrefix(name);

    /// <summary>The least that is granted for any name that begins with a prefix, there or not; null: for some no rule is.</summary>
    public AclLevel? FindTree(string prefix)
    {
        var least = FindPrefix(prefix);
        foreach (var (name, level) in _names.Concat(_prefixes))
        {
            if (level < least && name.StartsWith(prefix, StringComparison.Ordinal)) least = level;
        }

        return least;
    }

    private AclLevel? FindPrefix(string name)
    {
        var prefixes = _prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var length in _lengths)
        {
            if (length <= name.Length && prefixes.TryGetValue(name.AsSpan(0, length), out var level)) return level;
        }

        return null;
    }
}
