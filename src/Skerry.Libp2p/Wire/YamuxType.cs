namespace Skerry.Libp2p.Wire;

/// <summary>What a yamux frame is; the numbers are the wire's.</summary>
internal enum YamuxType : byte
{
    Data = 0,
    WindowUpdate = 1,
    Ping = 2,
    GoAway = 3,
}
