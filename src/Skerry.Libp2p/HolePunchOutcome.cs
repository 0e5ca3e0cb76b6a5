namespace Skerry.Libp2p;

/// <summary>What became of trying to make a direct connection of a relayed one.</summary>
public enum HolePunchOutcome
{
    /// <summary>The peer could be called directly: there was no hole to punch.</summary>
    Called,

    /// <summary>Both called at once, and a direct connection is there.</summary>
    Punched,

    /// <summary>Both called at once, and nobody was reached: their NATs do not let it happen, or something drops the packets.</summary>
    Unreached,

    /// <summary>The peer does not speak the protocol, or has it switched off.</summary>
    NotSpoken,

    /// <summary>Neither side has an address that the other could call.</summary>
    NoAddresses,

    /// <summary>The relayed connection, or the stream in it, ended or fell silent before both could begin.</summary>
    Interrupted,
}
