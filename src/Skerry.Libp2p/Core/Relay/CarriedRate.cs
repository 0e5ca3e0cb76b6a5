using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Relay;

/// <summary>Bytes a second, lately: what came counts less the longer ago it was, so that neither a burst nor a pause of a second changes much.</summary>
internal sealed class CarriedRate
{
    /// <summary>What came so long ago counts e times less.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    private double _perSecond;
    private Instant _at;

    public void Add(long bytes, Instant now)
    {
        _perSecond = At(now) + (bytes / Memory.TotalSeconds);
        _at = now;
    }

    public double At(Instant now) => _perSecond * Math.Exp(-Math.Max(0, (now - _at).TotalSeconds) / Memory.TotalSeconds);
}
