namespace Skerry.Manifest.Core;

/// <summary>Which request a command carries, so that one sent twice is applied once.</summary>
/// <param name="Client">Who made it: a random number for each start of a node; 0 is nobody, and is not remembered.</param>
/// <param name="Sequence">Its number among that one's requests, from 1.</param>
/// <param name="Settled">Below this number, all of that one's requests have been answered or given up.</param>
internal readonly record struct RequestId(ulong Client, ulong Sequence, ulong Settled);
