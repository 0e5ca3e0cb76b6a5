using System.Diagnostics.CodeAnalysis;

using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>
/// The members as Serf's rules hold them: by name, in ordinal order for what goes out, and apart from all others those that are not simply alive, so
/// that sweeping them costs nothing while there are none.
/// </summary>
internal sealed class Roster
{
    private readonly Dictionary<string, SerfMember> _byName = new(StringComparer.Ordinal);
    private readonly List<SerfMember> _ordered = [];
    private readonly List<SerfMember> _absent = [];

    public int Count => _ordered.Count;

    /// <summary>Members held alive, this node among them.</summary>
    public int AliveCount => _ordered.Count - _absent.Count;

    /// <summary>Members held failed.</summary>
    public int FailedCount { get; private set; }

    /// <summary>All, in ordinal order of the names.</summary>
    public IReadOnlyList<SerfMember> Values => _ordered;

    /// <summary>Who is leaving, has left or has failed; in no order that means anything, the same in every run.</summary>
    public IReadOnlyList<SerfMember> Absent => _absent;

    public bool TryGetValue(string name, [NotNullWhen(true)] out SerfMember? member) => _byName.TryGetValue(name, out member);

    /// <summary>A member nobody knew here; it is alive.</summary>
    public SerfMember Add(string name)
    {
        var member = new SerfMember(name) { Status = MemberStatus.Alive };
        _byName.Add(name, member);
        _ordered.Insert(~Find(name), member);
        return member;
    }

    public void Remove(SerfMember member)
    {
        if (member.Place >= 0) Return(member);
        if (member.Status == MemberStatus.Failed) FailedCount--;
        _byName.Remove(member.Name);
        _ordered.RemoveAt(Find(member.Name));
    }

    /// <summary>Gives back spare room.</summary>
    public void TrimExcess()
    {
        _byName.TrimExcess();
        _ordered.TrimExcess();
    }

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

    /// <summary>Where a name stands, or the complement of where it would.</summary>
    private int Find(string name)
    {
        var (low, high) = (0, _ordered.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_ordered[middle].Name, name);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle;
        }

        return ~low;
    }
}
