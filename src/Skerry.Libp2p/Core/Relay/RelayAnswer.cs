namespace Skerry.Libp2p.Core.Relay;

/// <summary>Whether a relay puts a caller through.</summary>
internal enum RelayAnswer
{
    /// <summary>It does.</summary>
    Yes,

    /// <summary>The one called has no reservation.</summary>
    NoReservation,

    /// <summary>All reservations are given out.</summary>
    NoPlace,

    /// <summary>As many circuits run as may, in all or with one of the two; or they carry as much as may be.</summary>
    TooMany,
}
