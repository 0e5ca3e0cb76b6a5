namespace Skerry.Libp2p.Core.Relay;

/// <summary>Whether a relay puts a caller through.</summary>
internal enum RelayAnswer
{
    /// <summary>It does.</summary>
    Yes,

    /// <summary>The one called has no reservation.</summary>
    NoReservation,

    /// <summary>As many circuits run as may, in all or with one of the two.</summary>
    TooMany,
}
