namespace Skerry.Tunnel.Core.Relays;

/// <summary>A relay as measured from here.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Zone">Its failure domain.</param>
/// <param name="RoundTrip">To it and back; smoothed.</param>
/// <param name="Loss">Share of probes that failed lately: 0 to 1.</param>
/// <param name="IsPreferred">Whether the operator names it.</param>
internal readonly record struct RelayCandidate(string Node, string Zone, TimeSpan RoundTrip, double Loss, bool IsPreferred);
