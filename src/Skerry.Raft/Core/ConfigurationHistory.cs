using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>
/// The configurations in the log, from the last one that the snapshot covers. A member goes by the newest in its log, committed or not (the thesis, 4.1), and
/// takes it back when that entry is truncated.
/// </summary>
internal sealed class ConfigurationHistory
{
    private readonly List<(ulong Index, RaftConfiguration Configuration)> _entries;

    /// <param name="index">Where the first configuration stands; 0: nowhere.</param>
    /// <param name="configuration">The first.</param>
    public ConfigurationHistory(ulong index, RaftConfiguration configuration) => _entries = [(index, configuration)];

    /// <summary>The one in force.</summary>
    public RaftConfiguration Current => _entries[^1].Configuration;

    /// <summary>Where it stands.</summary>
    public ulong CurrentIndex => _entries[^1].Index;

    /// <summary>The one before it; the same when nothing before it is known.</summary>
    public RaftConfiguration Previous => _entries[^Math.Min(2, _entries.Count)].Configuration;

    /// <summary>The one in force at an index that is not below the snapshot's.</summary>
    public RaftConfiguration At(ulong index)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].Index <= index) return _entries[i].Configuration;
        }

        throw new InvariantException($"Broken invariant: the configuration at {index} is forgotten");
    }

    /// <summary>Whether nobody else votes in any of them.</summary>
    public bool HasNoVoterBut(ulong id) => _entries.TrueForAll(entry => entry.Configuration.OldVoters.All(voter => voter == id) && entry.Configuration.NewVoters.All(voter => voter == id));

    /// <summary>A newer one has come.</summary>
    public void Add(ulong index, RaftConfiguration configuration)
    {
        Invariant.That(index > CurrentIndex);
        _entries.Add((index, configuration));
    }

    /// <summary>The log ends before an index now.</summary>
    /// <returns>Whether the one in force is another now.</returns>
    public bool TruncateFrom(ulong index)
    {
        var count = _entries.Count;
        while (_entries.Count > 1 && CurrentIndex >= index) _entries.RemoveAt(_entries.Count - 1);
        return _entries.Count != count;
    }

    /// <summary>Forgets those that were replaced up to an index.</summary>
    public void CompactTo(ulong index)
    {
        while (_entries.Count > 1 && _entries[1].Index <= index) _entries.RemoveAt(0);
    }

    /// <summary>A snapshot takes the place of all.</summary>
    public void Reset(ulong index, RaftConfiguration configuration)
    {
        _entries.Clear();
        _entries.Add((index, configuration));
    }
}
