namespace Skerry.Libp2p.Core.Yamux;

/// <summary>What the muxer asks of its driver.</summary>
internal enum YamuxOutputKind
{
    /// <summary>Send the header.</summary>
    Send,

    /// <summary>The other side has opened the stream.</summary>
    Opened,

    /// <summary>The data that follows belongs to the stream.</summary>
    Deliver,

    /// <summary>The data that follows belongs to no stream any more: read past it.</summary>
    Discard,

    /// <summary>More may be sent on the stream.</summary>
    Credit,

    /// <summary>The other side will send no more on the stream.</summary>
    Ended,

    /// <summary>The stream is broken off.</summary>
    Reset,

    /// <summary>A round trip was measured: <see cref="YamuxCore.RoundTrip"/>.</summary>
    Measured,

    /// <summary>The whole session is over; <see cref="YamuxOutput.Reason"/> says why.</summary>
    Failed,
}
