namespace Skerry.Libp2p.Wire;

/// <summary>What a yamux frame says of its stream besides its type; the numbers are the wire's.</summary>
[Flags]
internal enum YamuxFlags : ushort
{
    None = 0,
    Syn = 1,
    Ack = 2,
    Fin = 4,
    Rst = 8,
}
