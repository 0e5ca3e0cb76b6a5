using System.Globalization;

using Microsoft.AspNetCore.Http;

using Skerry.Manifest;

namespace Skerry.Api.Http;

/// <summary>Members of the group in a request: how they are named, and why one could not be changed.</summary>
internal static class MemberNames
{
    /// <summary>A member's number as text.</summary>
    public static string IdOf(ulong id) => id.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Where a member's node is: its address in membership, as Consul shows a server's; its name where it is not seen.</summary>
    public static string AddressOf(ApiCall call, string node) => call.Agent.Members.FirstOrDefault(member => member.Name == node)?.Address.ToString() ?? node;

    /// <summary>The member that a node's name, a number or an address names.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public static ManifestMember Find(ApiCall call, string name) =>
        call.Members.Members.FirstOrDefault(member => member.Name == name || IdOf(member.Id) == name || AddressOf(call, member.Name) == name)
        ?? throw new ApiException(StatusCodes.Status404NotFound, $"'{name}' is no member of group {call.Options.Group}. See who is with: skerry group status");

    /// <summary>Goes on only if it was done.</summary>
    /// <exception cref="ApiException">It was not; says what to do.</exception>
    public static void Ensure(ManifestError error, string node)
    {
        if (error == ManifestError.None) return;
        var (status, why) = error switch
        {
            ManifestError.NotCaughtUp => (StatusCodes.Status409Conflict, $"{node} cannot vote yet: it has not caught up with the leader, or is not heard. Watch its lag with: skerry group status"),
            ManifestError.MajorityLost => (StatusCodes.Status409Conflict, $"Without the vote of {node} no majority of the voters would be there: the group could agree on nothing any more. Bring failed servers back, or add others, first."),
            ManifestError.ChangeUnderWay => (StatusCodes.Status409Conflict, "Another change of the members is under way: try again in a moment."),
            ManifestError.NodeNotFound => (StatusCodes.Status404NotFound, $"No node '{node}' that takes part in the manifest is there: see that it runs with manifest.role server or observer, and that skerry members shows it alive."),
            ManifestError.NodeOfAnotherGroup => (StatusCodes.Status409Conflict, $"{node} belongs to another founding of a group of this name. Stop it, remove the directory 'manifest' in its dataDirectory, and start it again."),
            ManifestError.MemberNotFound => (StatusCodes.Status404NotFound, $"'{node}' is no member. See who is with: skerry group status"),
            ManifestError.BadTransferTarget => (StatusCodes.Status409Conflict, $"{node} cannot lead: it has no vote. Give it one first with: skerry group promote {node}"),
            ManifestError.NoLeader or ManifestError.NotLeader => (StatusCodes.Status500InternalServerError, "No cluster leader"),
            ManifestError.LeaderChanged => (StatusCodes.Status500InternalServerError, "The leader was lost meanwhile: it may have been done or not. See with: skerry group status"),
            ManifestError.Timeout => (StatusCodes.Status500InternalServerError, $"It was not done in time, and may be done yet. See with: skerry group status"),
            _ => (StatusCodes.Status500InternalServerError, $"Refused: {error}"),
        };
        throw new ApiException(status, why);
    }
}
