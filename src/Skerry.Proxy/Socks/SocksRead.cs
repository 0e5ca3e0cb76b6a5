namespace Skerry.Proxy.Socks;

/// <summary>How reading a message went.</summary>
internal enum SocksRead
{
    /// <summary>It is whole.</summary>
    Done,

    /// <summary>More bytes are needed.</summary>
    More,

    /// <summary>It is none.</summary>
    Bad,
}
