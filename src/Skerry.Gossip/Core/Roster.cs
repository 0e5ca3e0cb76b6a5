using System.Diagnostics.CodeAnalysis;

using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>
/// The members as Serf's rules hold them: by name, and apart from all others those that are not simply alive, so that sweeping them costs nothing while
/// there are none.
/// </summary>
internal sealed class Roster
{
    private readonly NameTable<SerfMember> _all = new(static member => member.Name);
    private readonly List<SerfMember> _absent = [];

    public int Count => _all.Rows.Count;

    /// <summary>Members held alive, this node among them.</summary>
    public int AliveCount => _all.Rows.Count - _absent.Count;

    /// <summary>Members held failed.</summary>
    public int FailedCount { get; private set; }

    /// <summary>All; in no order that means anything, the same in every run.</summary>
    public IReadOnlyList<SerfMember> Values => _all.Rows;

    /// <summary>Who is leaving, has left or has failed; in no order that means anything, the same in every run.</summary>
    public IReadOnlyList<SerfMember> Absent => _absent;

    public bool TryGetValue(string name, [NotNullWhen(true)] out SerfMember? member) => (member = _all.Find(name)) is not null;

    /// <summary>A member nobody knew here; it is alive.</summary>
    public SerfMember Add(SwimNode node)
    {
        var member = new SerfMember(node);
        _all.Add(member);
        return member;
    }

    public void Remove(SerfMember member)
    {
        if (member.Place >= 0) Return(member);
        if (member.Status == MemberStatus.Failed) FailedCount--;
        _all.Remove(member.Name);
    }

    /// <summary>Gives back spare room.</summary>
    public void TrimExcess() => _all.TrimExcess();

    /// <summary>A member's status changes.</summary>
    public void Set(SerfMember member, MemberStatus status, Instant now)
    {
        if (member.Status == MemberStatus.Failed) FailedCount--;
        if (status == MemberStatus.Failed) FailedCount++;
        member.Status = status;
        member.Since = now;
        if (status == MemberStatus.Alive && member.Place >= 0)
        {
            Return(member);
        }
        else if (status != MemberStatus.Alive && member.Place < 0)
        {
            member.Place = _absent.Count;
            _absent.Add(member);
        }
    }

    private void Return(SerfMember member)
    {
        var last = _absent[^1];
        (_absent[member.Place], last.Place) = (last, member.Place);
        _absent.RemoveAt(_absent.Count - 1);
        member.Place = -1;
    }
}
