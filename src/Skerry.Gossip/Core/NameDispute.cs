namespace Skerry.Gossip.Core;

/// <summary>Who keeps a name that two nodes claim: what each member answered.</summary>
/// <param name="time">The query's Lamport time.</param>
/// <param name="id">The query's id.</param>
internal sealed class NameDispute(ulong time, uint id)
{
    private readonly HashSet<string> _heard = [];
    private int _forUs;

    public ulong Time => time;

    public uint Id => id;

    /// <summary>At least half of those who answered, rounded down, and one more know this node by the name; nobody answering is no verdict against it.</summary>
    public bool IsWon => _heard.Count == 0 || _forUs >= (_heard.Count / 2) + 1;

    /// <summary>One answer a member counts.</summary>
    public void Count(string from, bool forUs)
    {
        if (_heard.Add(from) && forUs) _forUs++;
    }
}
