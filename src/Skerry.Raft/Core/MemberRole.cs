namespace Skerry.Raft.Core;

/// <summary>
/// What a member is in a configuration; the numbers are on disk and on the wire. A configuration with a member of the last three is joint: it has an
/// old and a new set of voters, and what is decided needs a majority of both.
/// </summary>
internal enum MemberRole
{
    /// <summary>Votes (in a joint configuration: in both sets).</summary>
    Voter = 0,

    /// <summary>Gets the full log and has no vote.</summary>
    Observer = 1,

    /// <summary>Joint: votes in the new set only, as it is being promoted.</summary>
    Joining = 2,

    /// <summary>Joint: votes in the old set only, and is gone afterwards.</summary>
    Leaving = 3,

    /// <summary>Joint: votes in the old set only, and observes afterwards.</summary>
    Demoting = 4,
}
