namespace Skerry.Libp2p.Core.Dcutr;

/// <summary>What a hole punch wants done.</summary>
internal enum DcutrOutputKind
{
    /// <summary>Call the addresses as one calls any peer.</summary>
    DialPlainly,

    /// <summary>Open a stream to the peer through the relay.</summary>
    Open,

    /// <summary>Send the message on that stream.</summary>
    Send,

    /// <summary>Call the addresses at this very moment, in the role that the protocol gives this side.</summary>
    Dial,

    /// <summary>It is over; whatever still runs is to stop.</summary>
    Ended,
}
