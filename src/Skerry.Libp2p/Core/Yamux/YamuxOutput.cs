using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Core.Yamux;

/// <summary>One thing to do.</summary>
/// <param name="Kind">What.</param>
/// <param name="Stream">With which stream.</param>
/// <param name="Length">Bytes of data that follow, or of credit.</param>
/// <param name="Header">What to send.</param>
/// <param name="Reason">Why the session is over.</param>
internal readonly record struct YamuxOutput(YamuxOutputKind Kind, uint Stream, uint Length = 0, YamuxHeader Header = default, string? Reason = null);
