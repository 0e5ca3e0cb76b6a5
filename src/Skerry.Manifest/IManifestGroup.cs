namespace Skerry.Manifest;

/// <summary>The members of the group, for doors that show and change them.</summary>
public interface IManifestGroup
{
    /// <summary>Who they are, by number.</summary>
    IReadOnlyList<ManifestMember> Members { get; }

    /// <summary>Adds a member that will be reached at the URLs.</summary>
    /// <returns>The member, or null with the reason.</returns>
    Task<(ManifestError Error, ManifestMember? Member)> AddAsync(IReadOnlyList<string> peerUrls, bool isLearner, CancellationToken cancellation);

    /// <summary>Removes a member.</summary>
    Task<ManifestError> RemoveAsync(ulong member, CancellationToken cancellation);

    /// <summary>Gives a learner that has caught up a vote.</summary>
    Task<ManifestError> PromoteAsync(ulong member, CancellationToken cancellation);

    /// <summary>Hands leadership to another member.</summary>
    Task<ManifestError> TransferAsync(ulong member, CancellationToken cancellation);
}
