namespace Skerry.Manifest;

/// <summary>The members of the group, for doors that show and change them; any node may be asked, and asks the leader.</summary>
public interface IManifestGroup
{
    /// <summary>Who they are, by number.</summary>
    IReadOnlyList<ManifestMember> Members { get; }

    /// <summary>Adds a member that will be reached at the URLs.</summary>
    /// <returns>The member, or null with the reason.</returns>
    Task<(ManifestError Error, ManifestMember? Member)> AddAsync(IReadOnlyList<string> peerUrls, bool isLearner, CancellationToken cancellation);

    /// <summary>Adds a node of the group that takes part in no other as an observer; one that was removed may so come back.</summary>
    Task<ManifestError> AddAsync(string node, CancellationToken cancellation);

    /// <summary>Removes a member. Where it runs on it does not come back by itself.</summary>
    Task<ManifestError> RemoveAsync(ulong member, CancellationToken cancellation);

    /// <summary>Gives a learner that has caught up a vote.</summary>
    Task<ManifestError> PromoteAsync(ulong member, CancellationToken cancellation);

    /// <summary>Takes a member's vote; it has everything on.</summary>
    Task<ManifestError> DemoteAsync(ulong member, CancellationToken cancellation);

    /// <summary>Hands leadership to another member.</summary>
    Task<ManifestError> TransferAsync(ulong member, CancellationToken cancellation);

    /// <summary>Brings the group back from this node alone, where its majority is lost for good; or says what would be, and why not.</summary>
    /// <param name="lost">Servers that the operator says are gone for good.</param>
    /// <param name="isConfirmed">Whether to do it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Storage.StorageException">The disk refuses.</exception>
    Task<GroupRecovery> RecoverAsync(IReadOnlyCollection<string> lost, bool isConfirmed, CancellationToken cancellation);

    /// <summary>Asks every member how it fares; who does not answer within two seconds counts as unreachable.</summary>
    Task<GroupReport> ReportAsync(CancellationToken cancellation);
}
