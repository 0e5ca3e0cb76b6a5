using Skerry.Libp2p;

namespace Skerry.Tunnel.Driver;

/// <summary>What the keeper knows of one relay.</summary>
internal sealed class RelayState
{
    private const double Smoothing = 0.3;

    public required string Node { get; init; }

    public string Zone { get; set; } = "";

    public bool IsPreferred { get; set; }

    /// <summary>Whether the mesh says that it is a relay.</summary>
    public bool IsSaid { get; set; }

    /// <summary>Whether another relay, which was full, has named it: it is asked as soon as may be. Not known otherwise, it is one for as long as it is connected.</summary>
    public bool IsNamed { get; set; }

    /// <summary>How much of what it may carry is in use, as it says: 0 to 100 percent.</summary>
    public int Load { get; set; }

    /// <summary>How much this node minds that.</summary>
    public double Aversion { get; init; } = 1;

    /// <summary>When to tell it that its place is needed no more; null: it is needed, or was told.</summary>
    public DateTimeOffset? Release { get; set; }

    public PeerConnection? Connection { get; set; }

    public TimeSpan RoundTrip { get; private set; }

    public double Loss { get; private set; }

    public RelayReservation? Reservation { get; set; }

    public string? Failure { get; set; }

    /// <summary>Failed in a row.</summary>
    public int Failures { get; set; }

    /// <summary>When it was last measured, or that was tried.</summary>
    public DateTimeOffset TriedAt { get; set; }

    /// <summary>Not tried again before.</summary>
    public DateTimeOffset NextTry { get; set; }

    public RelayStatus Describe() => new(Node, Zone, IsPreferred, Connection is null ? null : RoundTrip, Reservation?.Expires, Failure, Connection?.Address, Load);

    /// <summary>A probe came back.</summary>
    public void Measured(TimeSpan roundTrip)
    {
        RoundTrip = RoundTrip == TimeSpan.Zero ? roundTrip : (RoundTrip * (1 - Smoothing)) + (roundTrip * Smoothing);
        Loss *= 1 - Smoothing;
    }

    /// <summary>A probe did not come back, or the relay was not reached.</summary>
    public void Missed() => Loss = (Loss * (1 - Smoothing)) + Smoothing;
}
