namespace Skerry.Tunnel.Claims;

/// <summary>Why what a peer says of itself is not believed.</summary>
internal enum ClaimRefusal
{
    /// <summary>It is what no node can be.</summary>
    Malformed,

    /// <summary>It has no credential that is believed, and the peer id is not the one of the name.</summary>
    FalseName,

    /// <summary>The credential is of another authority, or was changed.</summary>
    NotSigned,

    /// <summary>The credential is another peer's.</summary>
    OtherPeer,

    /// <summary>The credential is for another name or group.</summary>
    OtherName,

    /// <summary>The credential holds from later on.</summary>
    NotYetValid,

    /// <summary>The credential held until before.</summary>
    Expired,

    /// <summary>The authority believes it no more.</summary>
    Revoked,

    /// <summary>It says nothing of itself.</summary>
    Silent,
}
