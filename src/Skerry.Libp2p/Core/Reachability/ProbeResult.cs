namespace Skerry.Libp2p.Core.Reachability;

/// <summary>What a server's call to an address has shown.</summary>
internal enum ProbeResult
{
    /// <summary>Nothing: it did not call, or it is not clear what came of it.</summary>
    None,

    /// <summary>It did not get through.</summary>
    Unreached,

    /// <summary>It says that it got through.</summary>
    Reached,

    /// <summary>It got through: it brought a number that it had been told.</summary>
    Proved,
}
