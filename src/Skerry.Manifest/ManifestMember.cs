namespace Skerry.Manifest;

/// <summary>A member of the group.</summary>
/// <param name="Id">Its number; not 0.</param>
/// <param name="Name">Its node's name.</param>
/// <param name="PeerUrls">Where other members reach it.</param>
/// <param name="ClientUrls">Where clients reach it.</param>
/// <param name="IsLearner">Whether it has no vote.</param>
public sealed record ManifestMember(ulong Id, string Name, IReadOnlyList<string> PeerUrls, IReadOnlyList<string> ClientUrls, bool IsLearner);
