using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Core;

/// <summary>Whether two groups can be one: what every node speaks lies inside what every living node understands (memberlist's verifyProtocol).</summary>
internal static class VersionCheck
{
    /// <summary>Whether a node of these versions and this node understand each other.</summary>
    public static bool CanTalk(ProtocolVersions theirs)
    {
        var ours = ProtocolVersions.Current;
        return theirs.Length == ProtocolVersions.FullLength
            && theirs.ProtocolMin is > 0 and var protocolMin && protocolMin <= ours.ProtocolCurrent && theirs.ProtocolMax >= ours.ProtocolCurrent
            && theirs.DelegateMin <= ours.DelegateCurrent && theirs.DelegateMax >= ours.DelegateCurrent
            && theirs.ProtocolCurrent >= ours.ProtocolMin && theirs.ProtocolCurrent <= ours.ProtocolMax
            && theirs.DelegateCurrent >= ours.DelegateMin && theirs.DelegateCurrent <= ours.DelegateMax;
    }

    /// <summary>Checks the nodes of a remote state against those known here.</summary>
    public static bool Pass(ImmutableArray<PushNodeState> remote, IReadOnlyList<SwimNode> local, out string offender)
    {
        byte protocolMin = 0, protocolMax = byte.MaxValue, delegateMin = 0, delegateMax = byte.MaxValue;
        foreach (var node in remote)
        {
            if (node.State == SwimState.Alive) Narrow(node.Versions);
        }

        foreach (var node in local)
        {
            if (node.State == SwimState.Alive) Narrow(node.Versions);
        }

        foreach (var node in remote)
        {
            offender = node.Name;
            if (!Speaks(node.Versions)) return false;
        }

        foreach (var node in local)
        {
            offender = node.Name;
            if (!Speaks(node.Versions)) return false;
        }

        offender = "";
        return true;

        void Narrow(ProtocolVersions versions)
        {
            if (versions.Length < ProtocolVersions.FullLength) return;
            protocolMin = Math.Max(protocolMin, versions.ProtocolMin);
            protocolMax = Math.Min(protocolMax, versions.ProtocolMax);
            delegateMin = Math.Max(delegateMin, versions.DelegateMin);
            delegateMax = Math.Min(delegateMax, versions.DelegateMax);
        }

        bool Speaks(ProtocolVersions versions) =>
            versions.ProtocolCurrent >= protocolMin && versions.ProtocolCurrent <= protocolMax
            && versions.DelegateCurrent >= delegateMin && versions.DelegateCurrent <= delegateMax;
    }
}
