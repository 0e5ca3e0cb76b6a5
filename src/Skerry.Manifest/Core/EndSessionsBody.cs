namespace Skerry.Manifest.Core;

/// <summary>End sessions, and with each its hold on its keys; those that are gone are passed over.</summary>
/// <param name="OnlyExpired">Whether one whose time is not over when this is applied lives on.</param>
/// <param name="Ids">Which.</param>
internal sealed record EndSessionsBody(bool OnlyExpired, IReadOnlyList<string> Ids);
