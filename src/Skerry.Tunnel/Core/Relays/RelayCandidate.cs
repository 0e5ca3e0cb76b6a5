namespace Skerry.Tunnel.Core.Relays;

/// <summary>A relay as measured from here.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Zone">Its failure domain.</param>
/// <param name="RoundTrip">To it and back; smoothed.</param>
/// <param name="Loss">Share of probes that failed lately: 0 to 1.</param>
/// <param name="IsPreferred">Whether the operator names it.</param>
/// <param name="Load">How much of what it may carry is in use, as it says: 0 to 1.</param>
/// <param name="Aversion">How much this node minds its load: 0.5 to 1.5.</param>
internal readonly record struct RelayCandidate(string Node, string Zone, TimeSpan RoundTrip, double Loss, bool IsPreferred, double Load = 0, double Aversion = 1);
