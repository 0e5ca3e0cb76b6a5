using Skerry.Gossip;

namespace Skerry.Simulation;

/// <summary>
/// Who holds whom to be what, kept from the events the nodes report, and how many of these views are wrong. Kept incrementally, so that
/// asking whether ten thousand nodes agree costs nothing.
/// </summary>
/// <param name="nodes">How many nodes.</param>
internal sealed class GossipLedger(int nodes)
{
    private readonly byte[] _views = new byte[checked(nodes * nodes)];
    private readonly AllowedStatus[] _allowed = Enumerable.Repeat(AllowedStatus.Unknown, nodes).ToArray();
    private readonly bool[] _observes = new bool[nodes];

    /// <summary>Views of running nodes that differ from what is the case.</summary>
    public int Wrong { get; private set; }

    /// <summary>What one node holds another to be.</summary>
    public MemberStatus View(int observer, int subject) => (MemberStatus)_views[(observer * nodes) + subject];

    /// <summary>Whether one node's view of another is right.</summary>
    public bool IsRight(int observer, int subject) => observer == subject || (_allowed[subject] & Bit(View(observer, subject))) != 0;

    /// <summary>Whether all who know of a node hold it to be the same.</summary>
    public bool IsUnanimous(int subject)
    {
        var common = MemberStatus.None;
        for (var observer = 0; observer < nodes; observer++)
        {
            var view = View(observer, subject);
            if (!_observes[observer] || view == MemberStatus.None) continue;
            if (common != MemberStatus.None && view != common) return false;
            common = view;
        }

        return true;
    }

    /// <summary>A node has changed its view.</summary>
    public void Record(int observer, int subject, MemberStatus status)
    {
        Count(observer, subject, -1);
        _views[(observer * nodes) + subject] = (byte)status;
        Count(observer, subject, +1);
    }

    /// <summary>What is the case with a node has changed.</summary>
    public void Allow(int subject, AllowedStatus allowed)
    {
        if (_allowed[subject] == allowed) return;
        for (var observer = 0; observer < nodes; observer++) Count(observer, subject, -1);
        _allowed[subject] = allowed;
        for (var observer = 0; observer < nodes; observer++) Count(observer, subject, +1);
    }

    /// <summary>A node begins to look, knowing nobody; or has stopped, and its views count no more.</summary>
    public void Observe(int observer, bool observes)
    {
        for (var subject = 0; subject < nodes; subject++)
        {
            Count(observer, subject, -1);
            _views[(observer * nodes) + subject] = (byte)MemberStatus.None;
        }

        _observes[observer] = observes;
        for (var subject = 0; subject < nodes; subject++) Count(observer, subject, +1);
    }

    /// <summary>The first wrong views, for the report of a failure.</summary>
    public IEnumerable<(int Observer, int Subject)> WrongViews()
    {
        for (var observer = 0; observer < nodes; observer++)
        {
            for (var subject = 0; _observes[observer] && subject < nodes; subject++)
            {
                if (!IsRight(observer, subject)) yield return (observer, subject);
            }
        }
    }

    private static AllowedStatus Bit(MemberStatus status) => status switch
    {
        MemberStatus.None => AllowedStatus.Unknown,
        MemberStatus.Alive => AllowedStatus.Alive,
        MemberStatus.Leaving => AllowedStatus.Leaving,
        MemberStatus.Left => AllowedStatus.Left,
        _ => AllowedStatus.Failed,
    };

    private void Count(int observer, int subject, int step)
    {
        if (_observes[observer] && !IsRight(observer, subject)) Wrong += step;
    }
}
